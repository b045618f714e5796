#include "dataplane/lcore/stats_slots.h"

#include <algorithm>
#include <cstring>

namespace sluice::lcore {
namespace {

template <typename Slot, size_t N, size_t L>
Slot* find_slot(std::array<Slot, N>& slots, char (Slot::*label)[L], std::string_view name) {
  // Names too long for a slot keep their end, which tells files in one folder apart.
  name.remove_prefix(name.size() - std::min(name.size(), L - 1));
  for (Slot& slot : slots) {
    char* text = slot.*label;
    if (text[0] == '\0') {
      name.copy(text, L - 1);
      return &slot;
    }
    if (name == text) {
      return &slot;
    }
  }
  return nullptr;
}

}  // namespace

Result<arena::PortStats*> port_slot(arena::StatsPage& page, std::string_view device) {
  arena::PortStats* slot = find_slot(page.ports, &arena::PortStats::device, device);
  if (slot == nullptr) {
    return fail("the stats page has room for " + std::to_string(arena::kMaxPorts) +
                " receive queues, and " + std::string(device) + " is one more");
  }
  return slot;
}

Result<arena::StreamStats*> stream_slot(arena::StatsPage& page, std::string_view name) {
  arena::StreamStats* slot = find_slot(page.streams, &arena::StreamStats::name, name);
  if (slot == nullptr) {
    return fail("the stats page has room for " + std::to_string(arena::kMaxStreams) +
                " streams, and " + std::string(name) + " is one more");
  }
  return slot;
}

uint64_t account_for_restart(arena::StatsPage& page) {
  const uint64_t lost = arena::totals(page).in_flight;
  page.restart.add(arena::Drop::kLostInRestart, lost);
  return lost;
}

}  // namespace sluice::lcore
