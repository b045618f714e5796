#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "dataplane/segment/media_span.h"
#include "dataplane/segment/slot_rule.h"

namespace sluice::segment {

/// What the open segment's start and duration are: by the PTS of the guide where it has any, else
/// by the PCR, else by the clock of arrivals.
class SegmentTime {
 public:
  explicit SegmentTime(const SlotRule& rule) : rule_(rule) {}

  /// A segment begins without a cut: its start is the first PTS that comes.
  void open(int64_t utc_ns) noexcept {
    begin({}, {}, {}, utc_ns);
    by_pts_ = true;
    is_start_ = true;
  }
  /// One begins with a cut. @param pts  what the cut is named by  @param by_pts  it is a PTS of the
  /// guide  @param base  the PCR there
  void cut(uint64_t pts, bool by_pts, std::optional<uint64_t> base, int64_t utc_ns) noexcept {
    begin(by_pts ? std::optional(pts) : std::nullopt, base, pts, utc_ns);
    by_pts_ = by_pts;
    is_start_ = false;
  }

  MediaSpan& guide() noexcept { return guide_; }
  MediaSpan& pcr() noexcept { return pcr_; }
  void take_pts(uint64_t pts) noexcept {
    if (!start_pts_) start_pts_ = pts;
  }
  /// Packets came again after so long: silence is no time in which packets came.
  void take_silence(int64_t ns) noexcept { silence_ns_ += ns; }

  uint64_t start_pts() const noexcept { return start_pts_.value_or(0); }
  int64_t start_utc_ns() const noexcept { return start_utc_ns_; }

  /// How long it is so far, 90 kHz. @param last  the duration of the guide's last access unit, 0 =
  /// as long as those before
  uint64_t running(bool guide_silent, uint64_t last, int64_t utc_ns) const noexcept {
    if (by_pts_ && guide_.has_begun() && !guide_silent) {
      return without_hole(last > 0 ? guide_.to_end(last) : guide_.to_end());
    }
    return pcr_.has_begun() ? pcr_.to_end() : by_clock(utc_ns);
  }
  /// How long it is if the next one is cut as in `cut`.
  uint64_t to_cut(uint64_t pts, bool by_pts, std::optional<uint64_t> base,
                  int64_t utc_ns) const noexcept {
    if (by_pts && by_pts_ && guide_.has_begun() && has_start(pts)) {
      return without_hole(guide_.to(pts));
    }
    return base && pcr_.has_begun() ? pcr_.to(*base) : by_clock(utc_ns);
  }
  /// Whether its start is known. A start segment may hold no PTS: the one that is known is that of
  /// the cut.
  bool has_start(uint64_t cut_pts) const noexcept {
    return !is_start_ || (start_pts_ && *start_pts_ != cut_pts);
  }

 private:
  void begin(std::optional<uint64_t> pts, std::optional<uint64_t> base,
             std::optional<uint64_t> start, int64_t utc_ns) noexcept {
    guide_.begin(pts);
    pcr_.begin(base);
    start_pts_ = start;
    start_utc_ns_ = utc_ns;
    silence_ns_ = 0;
  }
  /// A hole that is longer than a segment, or makes one longer than any may be, is no media time.
  uint64_t without_hole(uint64_t duration) const noexcept {
    const bool counts = guide_.hole() <= rule_.target() && duration <= rule_.max();
    return counts ? duration : duration - std::min(duration, guide_.hole());
  }
  uint64_t by_clock(int64_t utc_ns) const noexcept {
    const int64_t ns = utc_ns - start_utc_ns_ - silence_ns_;
    return static_cast<uint64_t>(std::max<int64_t>(ns, 0)) * 9 / 100'000;
  }

  const SlotRule rule_;
  MediaSpan guide_;
  MediaSpan pcr_;
  bool by_pts_ = true;    ///< its start is a PTS of the guide
  bool is_start_ = true;  ///< it was opened without a cut
  std::optional<uint64_t> start_pts_;
  int64_t start_utc_ns_ = INT64_MIN;
  int64_t silence_ns_ = 0;
};

}  // namespace sluice::segment
