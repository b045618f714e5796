#include "storage/arena/progress.h"

#include <utility>

namespace sluice::arena {

bool DataplaneProgress::advanced(const StatsPage& page) {
  const uint64_t heartbeat = page.heartbeat_ns.get();
  bool all = std::exchange(heartbeat_, heartbeat) != heartbeat;
  for (size_t i = 0; i < kMaxLcores; ++i) {
    const LcoreStats& lcore = page.lcores[i];
    const uint64_t cycles = lcore.busy_cycles.get() + lcore.idle_cycles.get();
    const bool moved = std::exchange(cycles_[i], cycles) != cycles;
    all = all && (moved || lcore.used.get() == 0);
  }
  return all;
}

bool ControlProgress::advanced(const ControlPage& page) {
  const uint64_t now = page.heartbeat_ns.get();
  return std::exchange(heartbeat_, now) != now;
}

}  // namespace sluice::arena
