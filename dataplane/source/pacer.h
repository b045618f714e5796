#pragma once

#include <rte_cycles.h>

#include <cstdint>

#include "config/appliance.h"

namespace sluice::source {

/// Plays a recorded clock at the speed of real time, or lets everything pass. Starts with the first
/// question.
class Pacer {
 public:
  explicit Pacer(config::Pace pace) : running_free_(pace == config::Pace::kMax) {}

  /// Whether something recorded at `time_ns` is to be played by now.
  bool due(int64_t time_ns) noexcept {
    if (running_free_) {
      return true;
    }
    const uint64_t now = ::rte_rdtsc();
    if (start_tsc_ == 0) {
      start_tsc_ = now;
      start_ns_ = time_ns;
    }
    const double elapsed_ns =
        static_cast<double>(now - start_tsc_) * 1e9 / static_cast<double>(::rte_get_tsc_hz());
    return static_cast<double>(time_ns - start_ns_) <= elapsed_ns;
  }

 private:
  bool running_free_;
  uint64_t start_tsc_ = 0;
  int64_t start_ns_ = 0;
};

}  // namespace sluice::source
