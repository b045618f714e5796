#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/base/clock.h"
#include "control/upload/live_window.h"
#include "storage/catalog/catalog.h"

namespace sluice::upload {

/// An hour whose playlists are not final yet.
struct OpenHour {
  catalog::Hour row;
  std::string folder;    ///< of its segments
  uint64_t settled = 0;  ///< segments of it that are stored or lost for good, in order
  bool over = false;     ///< no more segments will come

  /// Whether its playlists are to be written: after each of the first segments, then each time the
  /// hour has grown by half, so that the bytes written grow as the hour does; and when it is over.
  /// @param flush  anything new is enough
  bool due(bool flush) const;
};

/// A stream's hours. Its cursor goes over a segment once that is stored, or lost for good: an hour
/// is listed up to there, so a late segment takes its place and nothing listed ever changes.
class HourLedger {
 public:
  explicit HourLedger(const PlaylistRules& rules)
      : patience_(std::chrono::seconds(rules.target_duration)) {}

  void set_rules(const PlaylistRules& rules) {
    patience_.set_limit(std::chrono::seconds(rules.target_duration));
  }

  /// Begins where the catalog says that it was.
  Status restore(const catalog::Stream& row, const catalog::CatalogReader& catalog);
  void begin_at(uint64_t sequence) { next_ = sequence; }

  /// Moves on as far as it can. @return rows of hours that have begun
  std::vector<catalog::Hour> advance(const KnownSegments& known, const Clock& clock);

  /// Open hours, by their start.
  std::map<Utc, OpenHour>& hours() { return hours_; }
  uint64_t next() const { return next_; }

 private:
  void settle(const catalog::Segment& segment, const Clock& clock,
              std::vector<catalog::Hour>& begun);
  void end_by_clock(const KnownSegments& known, Utc now);

  Patience patience_;
  std::map<Utc, OpenHour> hours_;
  uint64_t next_ = 0;
};

}  // namespace sluice::upload
