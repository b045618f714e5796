#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/appliance.h"
#include "config/base/clock.h"
#include "control/upload/local_copy.h"
#include "control/upload/master_playlists.h"
#include "control/upload/object_writer.h"
#include "control/upload/stream_progress.h"
#include "control/upload/url_maker.h"
#include "control/upload/urls_log_file.h"

namespace sluice::upload {

/// Keeps every playlist, manifest and urls.log as the catalog has it. In each turn: tell it what
/// was taken and stored, `advance` into the batch that notes the same, commit the batch, `publish`.
/// So nothing is published that the catalog does not know. One thread: the store's.
class Publisher {
 public:
  /// All outlive this.
  struct Parts {
    const config::Appliance& appliance;
    const Clock& clock;
    const catalog::CatalogReader& catalog;
    object::ObjectStore& store;
    LocalCopy& local;
  };
  explicit Publisher(const Parts& parts);

  /// Streams and their settings are these from now on. The live playlist of one that is not among
  /// them ends once everything of it is stored, and goes on should it come back.
  void set_streams(const std::vector<config::Stream>& streams);

  /// Takes up where the catalog says that playlists are. Call before anything else.
  Status restore();

  void taken(const catalog::Segment& segment) { progress(segment.stream).update(segment); }
  /// The segment's row from now on: stored or lost.
  catalog::Segment settled(catalog::Segment segment);

  /// The stream's media facts, from the first bytes of a segment.
  StreamProgress& progress(const std::string& stream);

  void advance(catalog::Batch& batch);
  /// Writes what is due. @param flush  also what would have waited for more
  void publish(bool flush);

  /// Whether everything is stored that a `publish` with `flush` would write, and noted in a batch.
  bool idle();

 private:
  using HourName = UrlsLogFile::Name;

  const config::Stream& settings(const std::string& stream) const;
  PlaylistRules rules_of(const std::string& stream) const;
  void end_unlisted();
  void publish_live(StreamProgress& stream);
  void publish_hours(StreamProgress& stream, bool flush);
  void publish_hour(StreamProgress& stream, catalog::Hour row, bool ended);
  void published(const catalog::Hour& row);
  void renew_signatures();
  void put(const std::string& key, const std::string& text, const char* type,
           ObjectWriter::Stored stored);
  void complain(const Error& error);

  Parts parts_;
  ObjectWriter writer_;
  UrlMaker urls_;
  UrlsLogFile urls_log_;
  MasterPlaylists masters_;
  config::Stream unlisted_;  // settings of a stream that is not in the configuration any more
  std::map<std::string, config::Stream> listed_;
  Clock::Monotonic set_at_{};  ///< when streams were last set up
  std::map<std::string, StreamProgress> streams_;
  std::set<HourName> publishing_;
  std::vector<catalog::Hour> noted_;  // rows for the next batch
  std::optional<Clock::Monotonic> renewed_;
  std::optional<Clock::Monotonic> pause_until_;  // after a failure, hours wait a little
  std::string told_;
};

}  // namespace sluice::upload
