#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "config/appliance.h"
#include "dataplane/media/timestamp.h"

namespace sluice::segment {

/// Which slot of media time a PTS lies in, and how long a segment may last. A slot is `target`
/// long and counted from PTS 0, so any two recorders of a channel agree on it. The 33-bit wrap
/// begins a new slot.
class SlotRule {
 public:
  explicit SlotRule(const config::Segment& segment)
      : target_(std::max<uint64_t>(ticks(segment.target), 1)),
        max_(std::max(ticks(segment.max), target_)) {}

  uint64_t slot(uint64_t pts) const noexcept { return pts / target_; }
  /// The PTS at which a slot begins.
  uint64_t start(uint64_t slot) const noexcept { return slot * target_; }
  /// Where `max` counts from behind a forced cut at `pts`: places that depend on the time stamps
  /// alone, so that recorders of a stream without access points agree, too.
  uint64_t forced_start(uint64_t pts) const noexcept {
    const uint64_t step = max_ / target_ * target_;
    return pts / step * step;
  }
  /// 90 kHz.
  uint64_t target() const noexcept { return target_; }
  /// `max`, 90 kHz.
  uint64_t max() const noexcept { return max_; }
  int64_t max_ns() const noexcept { return static_cast<int64_t>(max_ * 100'000 / 9); }

 private:
  static uint64_t ticks(config::Duration duration) {
    return static_cast<uint64_t>(duration.count()) * 9 / 100'000;
  }
  uint64_t target_;
  uint64_t max_;
};

}  // namespace sluice::segment
