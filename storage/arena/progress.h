#pragma once

#include <array>
#include <cstdint>

#include "storage/arena/stats.h"

namespace sluice::arena {

/// Whether a dataplane goes on, as its stats page tells: the slow thread's heartbeat, and the
/// cycles of each lcore, which grow even while it has nothing to do.
class DataplaneProgress {
 public:
  /// Whether everything has moved since the last call; so is whatever was not there then.
  bool advanced(const StatsPage& page);

 private:
  uint64_t heartbeat_ = 0;
  std::array<uint64_t, kMaxLcores> cycles_{};
};

/// The same of a control process, by its page.
class ControlProgress {
 public:
  bool advanced(const ControlPage& page);

 private:
  uint64_t heartbeat_ = 0;
};

}  // namespace sluice::arena
