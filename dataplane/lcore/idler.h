#pragma once

#include <rte_pause.h>
#include <time.h>

#include <algorithm>
#include <cstddef>

#include "config/appliance.h"

namespace sluice::lcore {

/// What an lcore does between polls that found nothing: poll on, or sleep, a little longer each
/// time, up to a millisecond. The driver's ring holds far more than a millisecond.
class Idler {
 public:
  explicit Idler(config::Idle mode) : adaptive_(mode == config::Idle::kAdaptive) {}

  /// @param work  what the last poll found
  void after(size_t work) noexcept {
    constexpr unsigned kPatience = 64;
    constexpr long kShortest = 20'000;
    constexpr long kLongest = 1'000'000;
    if (work > 0) {
      empty_polls_ = 0;
      sleep_ns_ = kShortest;
    } else if (!adaptive_ || ++empty_polls_ < kPatience) {
      ::rte_pause();
    } else {
      const timespec pause{0, sleep_ns_};
      ::nanosleep(&pause, nullptr);
      sleep_ns_ = std::min(sleep_ns_ * 2, kLongest);
    }
  }

 private:
  bool adaptive_;
  unsigned empty_polls_ = 0;
  long sleep_ns_ = 20'000;
};

}  // namespace sluice::lcore
