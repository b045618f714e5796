#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "dataplane/media/timestamp.h"

namespace sluice::segment {

/// How much media time a segment holds, by the time stamps of one stream, 90 kHz. Where the
/// timeline jumps within a segment, the stretches before and behind count, not the jump.
class MediaSpan {
 public:
  /// A segment begins. Without PTS it does with the first that comes.
  void begin(std::optional<uint64_t> pts) noexcept {
    first_ = pts;
    highest_ = pts.value_or(0);
    before_ = 0;
    hole_ = 0;
    untimed_ = 0;
  }
  bool has_begun() const noexcept { return first_.has_value(); }

  /// The next access unit. @param decode  its decoding time: two that follow each other are one
  /// frame apart
  void take(uint64_t pts, uint64_t decode) noexcept {
    if (last_decode_) {
      const int64_t step = media::pts_distance(*last_decode_, decode);
      if (step > 0 && step < static_cast<int64_t>(media::kPtsClock)) {
        frame_ = static_cast<uint64_t>(step) / (untimed_ + 1);
      }
    }
    last_decode_ = decode;
    untimed_ = 0;
    if (!first_) {
      first_ = pts;
      highest_ = pts;
    }
    if (media::pts_distance(highest_, pts) > 0) highest_ = pts;
  }
  /// The next access unit has no time stamps.
  void take_untimed() noexcept { ++untimed_; }

  /// The timeline goes on at another place, with this access unit.
  void jump(uint64_t pts, uint64_t decode) noexcept {
    const uint64_t before = to_end();
    last_decode_ = decode;
    begin(pts);
    before_ = before;
  }

  /// The next access unit, before which others were lost.
  void take_behind_hole(uint64_t pts, uint64_t decode) noexcept {
    const int64_t missing =
        first_ ? media::pts_distance(highest_, pts) - static_cast<int64_t>(frame_) : 0;
    hole_ += static_cast<uint64_t>(std::max<int64_t>(missing, 0));
    last_decode_.reset();
    take(pts, decode);
  }
  /// What is missing within, of `to` and `to_end`.
  uint64_t hole() const noexcept { return hole_; }

  /// Up to a segment that begins at `pts`.
  uint64_t to(uint64_t pts) const noexcept {
    if (!first_) return 0;
    return before_ + static_cast<uint64_t>(std::max<int64_t>(media::pts_distance(*first_, pts), 0));
  }
  /// Up to the end of the frame that is shown last.
  uint64_t to_end() const noexcept { return first_ ? to(highest_) + frame_ * (untimed_ + 1) : 0; }
  /// Up to the end of the access unit that came last, which lasts `ticks`.
  uint64_t to_end(uint64_t ticks) const noexcept { return first_ ? to(highest_) + ticks : 0; }

 private:
  std::optional<uint64_t> first_;
  std::optional<uint64_t> last_decode_;
  uint64_t highest_ = 0;
  uint64_t frame_ = 0;
  uint64_t before_ = 0;
  uint64_t hole_ = 0;
  uint64_t untimed_ = 0;  ///< access units without time stamps since the last with
};

}  // namespace sluice::segment
