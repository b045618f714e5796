#include "dataplane/lcore/stats_slots.h"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace sluice::lcore {
namespace {

/// Names too long for a slot keep their end, which tells files in one folder apart.
std::string_view fitting(std::string_view name, size_t size) {
  name.remove_prefix(name.size() - std::min(name.size(), size - 1));
  return name;
}

template <size_t N>
void set_name(char (&field)[N], std::string_view name) {
  std::memset(field, 0, N);
  // Its first byte last: a slot without it is unused to readers.
  name.substr(1).copy(field + 1, N - 2);
  std::atomic_thread_fence(std::memory_order_release);
  field[0] = name[0];
}

/// What names the slot of a queue among ours.
std::string port_key(std::string_view device, uint64_t queue) {
  return std::string(device) + '\n' + std::to_string(queue);
}

void copy(const arena::GoneStats& from, arena::GoneStats& to) {
  to.received.set(from.received.get());
  to.committed.set(from.committed.get());
  for (size_t i = 0; i < arena::kDropCount; ++i) {
    to.drops.by_reason[i].set(from.drops.by_reason[i].get());
  }
}

template <typename Slot>
void clear(Slot& slot, char* name) {
  name[0] = '\0';
  std::atomic_thread_fence(std::memory_order_release);
  std::memset(static_cast<void*>(&slot), 0, sizeof slot);
}

/// What the phases of giving up a slot leave must reach the page in their order: a dataplane may
/// die between any two of them.
void phase() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

}  // namespace

StatsSlots::StatsSlots(arena::StatsPage& page) : page_(page), port_takers_(page.ports.size()) {
  if (page.giving_up.get() != 0) {
    finish_giving_up();
  }
  for (size_t i = 0; i < page.ports.size(); ++i) {
    if (page.ports[i].device[0] != '\0') {
      ports_.emplace(port_key(page.ports[i].device, page.ports[i].queue.get()), i);
    }
  }
  for (size_t i = page.streams.size(); i-- > 0;) {
    if (page.streams[i].name[0] != '\0') {
      streams_.emplace(page.streams[i].name, i);
    } else {
      vacant_streams_.push_back(i);
    }
  }
}

Result<arena::PortStats*> StatsSlots::port(std::string_view device, uint16_t queue) {
  device = fitting(device, sizeof arena::PortStats::device);
  const std::string key = port_key(device, queue);
  auto known = ports_.find(key);
  if (known == ports_.end()) {
    const size_t slot = vacant_port();
    if (slot == page_.ports.size()) {
      return fail("the stats page has room for " + std::to_string(arena::kMaxPorts) +
                  " receive queues and files, and " + std::string(device) + " is one more");
    }
    page_.ports[slot].queue.set(queue);
    set_name(page_.ports[slot].device, device);
    known = ports_.emplace(key, slot).first;
  }
  ++port_takers_[known->second];
  return &page_.ports[known->second];
}

arena::PortXstats& StatsSlots::xstats_of(const arena::PortStats& slot) const {
  return page_.xstats[static_cast<size_t>(&slot - page_.ports.data())];
}

/// A slot that was never used, else one that a predecessor used and nobody does now.
size_t StatsSlots::vacant_port() {
  const auto unused =
      std::ranges::find_if(page_.ports, [](const auto& slot) { return slot.device[0] == '\0'; });
  if (unused != page_.ports.end()) {
    return static_cast<size_t>(unused - page_.ports.begin());
  }
  const auto left = std::ranges::find(port_takers_, 0U);
  const auto slot = static_cast<size_t>(left - port_takers_.begin());
  if (left != port_takers_.end()) {
    ++*left;
    give_up(page_.ports[slot]);
  }
  return slot;
}

Result<arena::StreamStats*> StatsSlots::stream(std::string_view name) {
  if (const auto known = streams_.find(name); known != streams_.end()) {
    return &page_.streams[known->second];
  }
  if (vacant_streams_.empty()) {
    return fail(Next::kRetry, "the stats page has room for " + std::to_string(arena::kMaxStreams) +
                                  " streams, and " + std::string(name) + " is one more");
  }
  const size_t slot = vacant_streams_.back();
  vacant_streams_.pop_back();
  set_name(page_.streams[slot].name, name);
  streams_.emplace(name, slot);
  return &page_.streams[slot];
}

void StatsSlots::give_up(arena::PortStats& slot) {
  const auto place = static_cast<size_t>(&slot - page_.ports.data());
  if (--port_takers_[place] > 0) {
    return;
  }
  ports_.erase(port_key(slot.device, slot.queue.get()));
  begin_giving_up(place, slot.received.get(), 0, slot.drops);
  finish_giving_up();
}

void StatsSlots::give_up(arena::StreamStats& slot) {
  const auto place = static_cast<size_t>(&slot - page_.streams.data());
  streams_.erase(slot.name);
  begin_giving_up(page_.ports.size() + place, 0, slot.committed.get(), slot.drops);
  finish_giving_up();
  vacant_streams_.push_back(place);
}

void StatsSlots::keep_only(const std::set<std::string, std::less<>>& streams) {
  for (arena::StreamStats& slot : page_.streams) {
    if (slot.name[0] != '\0' && !streams.contains(std::string_view(slot.name))) {
      give_up(slot);
    }
  }
}

void StatsSlots::begin_giving_up(size_t place, uint64_t received, uint64_t committed,
                                 const arena::Drops& drops) {
  arena::GoneStats& next = page_.gone_next;
  next.received.set(page_.gone.received.get() + received);
  next.committed.set(page_.gone.committed.get() + committed);
  for (size_t i = 0; i < arena::kDropCount; ++i) {
    next.drops.by_reason[i].set(page_.gone.drops.by_reason[i].get() + drops.by_reason[i].get());
  }
  phase();
  page_.giving_up.set(place + 1);
  phase();
}

/// May be done twice: from the page alone.
void StatsSlots::finish_giving_up() {
  const size_t place = page_.giving_up.get() - 1;
  copy(page_.gone_next, page_.gone);
  phase();
  if (place < page_.ports.size()) {
    clear(page_.ports[place], page_.ports[place].device);
    clear(page_.xstats[place], page_.xstats[place].entries[0].name);
  } else if (place - page_.ports.size() < page_.streams.size()) {
    arena::StreamStats& slot = page_.streams[place - page_.ports.size()];
    clear(slot, slot.name);
  }
  phase();
  page_.giving_up.set(0);
}

uint64_t account_for_restart(arena::StatsPage& page) {
  const uint64_t lost = arena::totals(page).in_flight;
  page.restart.add(arena::Drop::kLostInRestart, lost);
  return lost;
}

}  // namespace sluice::lcore
