#pragma once

#include <chrono>

#include "config/base/utc.h"

namespace sluice {

/// Time, injected so that tests decide what it is. Not for hot threads, which read the TSC.
class Clock {
 public:
  using Monotonic = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;
  /// Wall-clock time; may step.
  virtual Utc now() const = 0;
  /// Never steps; for time-outs and back-off.
  virtual Monotonic monotonic() const = 0;
};

/// The machine's own clocks.
class SystemClock final : public Clock {
 public:
  Utc now() const override {
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
  }
  Monotonic monotonic() const override { return std::chrono::steady_clock::now(); }
};

/// A clock that stands still until it is told to move.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Utc start) : utc_(start) {}
  Utc now() const override { return utc_; }
  Monotonic monotonic() const override { return monotonic_; }

  void advance(std::chrono::nanoseconds by) {
    utc_ += by;
    monotonic_ += std::chrono::duration_cast<std::chrono::steady_clock::duration>(by);
  }
  void step_utc(std::chrono::nanoseconds by) { utc_ += by; }

 private:
  Utc utc_;
  Monotonic monotonic_{};
};

}  // namespace sluice
