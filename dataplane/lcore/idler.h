#pragma once

#include <rte_pause.h>
#include <time.h>

#include <algorithm>
#include <cstddef>

#include "config/appliance.h"

namespace sluice::lcore {

/// What an lcore does between polls that found nothing: poll on, or sleep, up to a millisecond, for
/// which the drivers' rings have ample room. How long it sleeps follows the traffic: twice as long
/// after a vain poll, half as long after one that was not, so that a light load does not cost a
/// core.
class Idler {
 public:
  explicit Idler(config::Idle mode) : adaptive_(mode == config::Idle::kAdaptive) {}

  /// @param work  what the last poll found
  void after(size_t work) noexcept {
    constexpr unsigned kPatience = 32;
    if (work > 0) {
      empty_polls_ = 0;
      sleep_ns_ = std::max(sleep_ns_ / 2, kShortest);
    } else if (!adaptive_ || ++empty_polls_ < kPatience) {
      ::rte_pause();
    } else {
      const timespec pause{0, sleep_ns_};
      ::nanosleep(&pause, nullptr);
      sleep_ns_ = std::min(sleep_ns_ * 2, kLongest);
    }
  }

 private:
  static constexpr long kShortest = 20'000;
  static constexpr long kLongest = 1'000'000;
  bool adaptive_;
  unsigned empty_polls_ = 0;
  long sleep_ns_ = kShortest;
};

}  // namespace sluice::lcore
