#pragma once

#include <string>
#include <string_view>

#include "config/base/clock.h"
#include "control/upload/hour_ledger.h"
#include "control/upload/live_window.h"
#include "storage/catalog/catalog.h"

namespace sluice::upload {

/// One stream's segments in the order of their numbers, and how far its playlists have come over
/// them. Decides only; what is to be remembered goes into a batch. One thread.
class StreamProgress {
 public:
  StreamProgress(std::string name, const PlaylistRules& rules);

  /// Takes up where the catalog says that playlists are.
  Status restore(const catalog::CatalogReader& catalog);

  /// The stream is set up anew: from here on it obeys these.
  void set_rules(const PlaylistRules& rules);
  /// Whether nothing of the stream is on its way into the store.
  bool all_settled() const;

  /// A sealed segment has been seen, or has been stored or lost.
  void update(catalog::Segment segment);
  /// Whether the live playlist has shown the segment as a gap.
  bool is_gap(uint64_t sequence) const;

  /// Moves on as far as it goes, and adds to `batch` what must be remembered before anything is
  /// published.
  void advance(const Clock& clock, catalog::Batch& batch);

  /// Notes the media facts of the stream for the next `advance`.
  void describe(std::string codecs, uint32_t width, uint32_t height, double frame_rate);
  bool described() const { return !row_.codecs.empty(); }

  LiveWindow& live() { return live_; }
  HourLedger& hours() { return hours_; }
  const catalog::Stream& row() const { return row_; }
  const PlaylistRules& rules() const { return rules_; }
  /// "<prefix><stream>/", known with the first segment.
  const std::string& folder() const { return folder_; }
  bool has_segments() const { return begun_; }

 private:
  PlaylistRules rules_;
  catalog::Stream row_;
  catalog::Stream remembered_;
  KnownSegments known_;
  LiveWindow live_;
  HourLedger hours_;
  std::string folder_;
  bool begun_ = false;
};

}  // namespace sluice::upload
