#include "dataplane/lcore/tsc_clock.h"

#include <rte_cycles.h>

#include <cstdlib>
#include <ctime>

namespace sluice::lcore {

void TscClock::publish(uint64_t tsc, int64_t utc_ns_now) noexcept {
  constexpr int64_t kStep = 500'000'000;
  const uint32_t version = version_.load(std::memory_order_relaxed);
  if (version != 0 && std::llabs(utc_ns_now - utc_ns(tsc)) > kStep) {
    steps_.store(steps() + 1, std::memory_order_relaxed);
  }
  version_.store(version + 1, std::memory_order_relaxed);
  // Released, so that whoever sees one of these sees the odd version, too. Not by a fence: those
  // ThreadSanitizer does not know.
  base_tsc_.store(tsc, std::memory_order_release);
  base_ns_.store(utc_ns_now, std::memory_order_release);
  version_.store(version + 2, std::memory_order_release);
}

int64_t TscClock::utc_ns(uint64_t tsc) const noexcept {
  while (true) {
    const uint32_t before = version_.load(std::memory_order_acquire);
    const uint64_t base_tsc = base_tsc_.load(std::memory_order_acquire);
    const int64_t base_ns = base_ns_.load(std::memory_order_acquire);
    if ((before & 1) == 0 && before == version_.load(std::memory_order_relaxed)) {
      return at(tsc, base_tsc, base_ns);
    }
  }
}

ClockPair read_clocks() noexcept {
  // Taken again if we were interrupted between the readings.
  constexpr uint64_t kClose = 20'000;  // ticks
  ClockPair pair{};
  for (int attempt = 0; attempt < 8; ++attempt) {
    timespec now{};
    const uint64_t before = ::rte_rdtsc();
    ::clock_gettime(CLOCK_REALTIME, &now);
    const uint64_t after = ::rte_rdtsc();
    pair = {before + (after - before) / 2, int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec};
    if (after - before < kClose) {
      break;
    }
  }
  return pair;
}

}  // namespace sluice::lcore
