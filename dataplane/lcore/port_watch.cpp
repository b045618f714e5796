#include "dataplane/lcore/port_watch.h"

#include <algorithm>
#include <cstring>

namespace sluice::lcore {

void PortWatch::look(Monotonic now) {
  count();
  // Drivers may ask the NIC's firmware for these: not ten times a second.
  if (now - listed_ >= std::chrono::seconds(1)) {
    listed_ = now;
    list_xstats();
  }
}

void PortWatch::last_look() {
  count();
  list_xstats();
}

void PortWatch::count() {
  const source::NicCounters now = source_.counters();
  stats_.nic_missed.add(now.missed - last_.missed);
  stats_.nic_errors.add(now.errors - last_.errors);
  stats_.nic_no_mbuf.add(now.no_mbuf - last_.no_mbuf);
  last_ = now;
  const source::Link link = source_.link();
  stats_.state.set(static_cast<uint64_t>(link.state));
  stats_.mtu.set(link.mtu);
  stats_.speed_mbps.set(link.speed_mbps);
}

void PortWatch::list_xstats() {
  const std::vector<source::Xstat> xstats = source_.xstats();
  const size_t count = std::min(xstats.size(), xstats_.entries.size());
  for (size_t i = 0; i < count; ++i) {
    auto& entry = xstats_.entries[i];
    if (xstats[i].name != entry.name) {
      entry.value.set(0);
      std::memset(entry.name, 0, sizeof entry.name);
      xstats[i].name.copy(entry.name, sizeof entry.name - 1);
    }
    entry.value.set(xstats[i].value);
  }
  if (count < xstats_.entries.size()) {
    std::memset(xstats_.entries[count].name, 0, sizeof xstats_.entries[count].name);
  }
}

}  // namespace sluice::lcore
