#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "config/base/clock.h"
#include "storage/catalog/catalog.h"
#include "storage/playlist/media_playlist.h"

namespace sluice::upload {

/// A stream's segments by number, from the first that has not been dealt with.
using KnownSegments = std::map<uint64_t, catalog::Segment>;

/// Whether there is nothing left to wait for.
inline bool settled(const catalog::Segment& segment) {
  return segment.state != catalog::SegmentState::kPending;
}

/// What a stream's playlists have to obey.
struct PlaylistRules {
  unsigned target_duration = 10;  ///< seconds
  unsigned live_window = 6;       ///< segments; 0 = all
  bool exact_window = false;      ///< no more segments than that, however short they are

  bool operator==(const PlaylistRules&) const = default;
};

/// Tells when a wait has lasted as long as it may.
class Patience {
 public:
  explicit Patience(std::chrono::seconds limit) : limit_(limit) {}
  void set_limit(std::chrono::seconds limit) { limit_ = limit; }
  /// Begins the wait if it has not begun. @return whether it is over
  bool exhausted(Clock::Monotonic now);
  void renew() { since_.reset(); }

 private:
  std::chrono::seconds limit_;
  std::optional<Clock::Monotonic> since_;
};

/// The live playlist's window over a stream's segments. It waits at a segment that is not stored
/// until a later one has been for a target duration; then it shows it as a gap, for good.
/// EXT-X-MEDIA-SEQUENCE and EXT-X-DISCONTINUITY-SEQUENCE only grow, across restarts too.
class LiveWindow {
 public:
  /// However large the window that was asked for: what a playlist costs must have a bound.
  static constexpr size_t kMostSegments = 8192;

  explicit LiveWindow(const PlaylistRules& rules)
      : rules_(rules), patience_(std::chrono::seconds(rules.target_duration)) {}

  /// Begins where the catalog says that it was.
  void restore(const catalog::Stream& row, std::vector<catalog::Segment> segments);
  void begin_at(uint64_t sequence);

  /// The stream is set up anew: from here on it obeys these.
  void set_rules(const PlaylistRules& rules);
  /// Nothing more comes of the stream, or it has come back: the text ends in ENDLIST, or not.
  void set_ended(bool ended);

  /// Moves on as far as it can. @return rows that are gaps from now on
  std::vector<catalog::Segment> advance(KnownSegments& known, Clock::Monotonic now);

  /// Whether the window has changed since this was last asked.
  bool take_change() { return std::exchange(changed_, false); }
  /// The text's parts, with URIs relative to the stream's folder.
  playlist::MediaPlaylist playlist() const;

  uint64_t first() const { return first_; }
  uint64_t next() const { return next_; }
  uint64_t discontinuities() const { return discontinuities_; }
  const std::deque<catalog::Segment>& segments() const { return segments_; }

 private:
  void show(const catalog::Segment& segment);
  void skip_to(uint64_t sequence);
  void trim();
  void drop_first();

  PlaylistRules rules_;
  Patience patience_;
  std::deque<catalog::Segment> segments_;
  uint64_t first_ = 0;
  uint64_t next_ = 0;
  uint64_t discontinuities_ = 0;
  bool ended_ = false;
  bool changed_ = false;
};

}  // namespace sluice::upload
