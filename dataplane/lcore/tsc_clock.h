#pragma once

#include <atomic>
#include <cstdint>

namespace sluice::lcore {

/// UTC for threads that only read the TSC. One slow thread publishes where the two stand every 100
/// ms or so; between that, the TSC's nominal rate is good to some microseconds. Any number of
/// readers, which neither lock nor enter the kernel.
class TscClock {
 public:
  explicit TscClock(uint64_t tsc_hz) : ns_per_tick_(1e9 / static_cast<double>(tsc_hz)) {}

  /// The system clock showed `utc_ns` at `tsc`. One thread.
  void publish(uint64_t tsc, int64_t utc_ns) noexcept;

  int64_t utc_ns(uint64_t tsc) const noexcept;
  /// How often the system clock was set by more than half a second.
  uint64_t steps() const noexcept { return steps_.load(std::memory_order_relaxed); }

 private:
  int64_t at(uint64_t tsc, uint64_t base_tsc, int64_t base_ns) const noexcept {
    const auto ticks = static_cast<int64_t>(tsc - base_tsc);
    return base_ns + static_cast<int64_t>(static_cast<double>(ticks) * ns_per_tick_);
  }

  double ns_per_tick_;
  std::atomic<uint32_t> version_ = 0;  // odd while it is being written
  std::atomic<uint64_t> base_tsc_ = 0;
  std::atomic<int64_t> base_ns_ = 0;
  std::atomic<uint64_t> steps_ = 0;
};

/// The TSC and the system clock, read together.
struct ClockPair {
  uint64_t tsc;
  int64_t utc_ns;
};
ClockPair read_clocks() noexcept;

}  // namespace sluice::lcore
