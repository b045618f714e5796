#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/appliance.h"
#include "control/upload/stream_progress.h"
#include "storage/playlist/master_playlist.h"

namespace sluice::upload {

/// A text that wants to be stored.
struct NamedText {
  std::string key;
  std::string text;
};

/// The multivariant playlists of streams that share a `group`, written when a stream joins, when
/// its media facts change, when its peak grows over what is declared, and when its average strays
/// from it.
class MasterPlaylists {
 public:
  explicit MasterPlaylists(const config::Appliance& appliance);

  /// Streams and their groups are these from now on. What is known of members stays known.
  void set_streams(const std::vector<config::Stream>& streams);

  /// Measures what the archive already has of the stream.
  Status restore(StreamProgress& stream, const catalog::CatalogReader& catalog);

  /// The stream's live playlist is stored anew. @return its group's playlist, if that has changed
  std::optional<NamedText> moved(StreamProgress& stream);

 private:
  struct Member {
    std::string group;
    playlist::Variant declared;
    std::deque<playlist::Sample> samples;  // of about the last hour
    uint64_t next_sequence = 0;
  };
  void measure(Member& member, const catalog::Segment& segment);
  bool refresh(Member& member, StreamProgress& stream);
  NamedText render_group(const std::string& group) const;

  std::string prefix_;
  std::map<std::string, Member> members_;  // by the stream's name
};

}  // namespace sluice::upload
