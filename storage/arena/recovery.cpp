#include "storage/arena/recovery.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "storage/arena/numbering.h"

namespace sluice::arena {
namespace {

StateWord state_of(const Descriptor& descriptor) {
  return StateWord::unpack(descriptor.word.load(std::memory_order_acquire));
}

/// The entry of the stream that a descriptor names, or null: a descriptor that was never used, or
/// outlived its stream.
StreamEntry* entry_of(ArenaMap& map, const Descriptor& descriptor) {
  if (descriptor.stream[0] == '\0' || descriptor.stream_entry >= map.layout.stream_capacity) {
    return nullptr;
  }
  StreamEntry& entry = map.streams[descriptor.stream_entry];
  return std::string_view(entry.name) == descriptor.stream ? &entry : nullptr;
}

/// A dead dataplane may have sealed a segment without having moved its stream's numbers on. Its
/// descriptor still tells, even if it has been released and freed meanwhile.
void catch_up_all(ArenaMap& map) {
  for (uint32_t i = 0; i < map.layout.chunk_count; ++i) {
    const Descriptor& descriptor = map.descriptors[i];
    StreamEntry* entry = entry_of(map, descriptor);
    const bool numbered = descriptor.committed.load(std::memory_order_relaxed) > 0;
    if (entry != nullptr && numbered && state_of(descriptor).state != SegmentState::kFilling) {
      catch_up(*entry, descriptor);
    }
  }
}

void make_free(Descriptor& descriptor) {
  descriptor.word.store(StateWord{state_of(descriptor).generation + 1, SegmentState::kFree}.pack(),
                        std::memory_order_release);
}

void seal_filling(ArenaMap& map, Descriptor& descriptor, Recovery& recovery) {
  StreamEntry* entry = entry_of(map, descriptor);
  if (entry == nullptr || descriptor.committed.load(std::memory_order_acquire) == 0) {
    make_free(descriptor);
    return;
  }
  seal_segment(*map.header, *entry, descriptor);
  recovery.sealed_now.emplace_back(descriptor.stream);
}

/// Marks the chunks of a sealed segment. What hangs behind its last byte was never committed, so it
/// is cut off.
void mark_chain(ArenaMap& map, uint32_t head, std::vector<bool>& used) {
  uint64_t left = map.chunks_for(map.descriptors[head].committed.load(std::memory_order_acquire));
  uint32_t chunk = head;
  while (left-- > 0 && chunk < map.layout.chunk_count && !used[chunk]) {
    used[chunk] = true;
    std::atomic<uint32_t>& next = map.descriptors[chunk].next;
    if (left == 0) {
      next.store(kNoChunk, std::memory_order_relaxed);
    }
    chunk = next.load(std::memory_order_relaxed);
  }
}

/// Descriptors in the order in which their segments were begun, as far as it matters: one stream
/// has one segment filling, or two in the middle of a cut, of which the earlier has more committed.
std::vector<uint32_t> filling_in_order(const ArenaMap& map) {
  std::vector<uint32_t> filling;
  for (uint32_t i = 0; i < map.layout.chunk_count; ++i) {
    if (state_of(map.descriptors[i]).state == SegmentState::kFilling) {
      filling.push_back(i);
    }
  }
  std::ranges::sort(filling, {},
                    [&](uint32_t i) { return map.descriptors[i].record.start_utc_ns; });
  return filling;
}

}  // namespace

std::vector<bool> recover(ArenaMap& map, Recovery& recovery) {
  catch_up_all(map);
  for (const uint32_t i : filling_in_order(map)) {
    seal_filling(map, map.descriptors[i], recovery);
  }
  std::vector<bool> used(map.layout.chunk_count);
  for (uint32_t i = 0; i < map.layout.chunk_count; ++i) {
    const SegmentState state = state_of(map.descriptors[i]).state;
    if (state == SegmentState::kReleased) {
      make_free(map.descriptors[i]);
    } else if (state == SegmentState::kSealed) {
      mark_chain(map, i, used);
      ++recovery.waiting;
    }
  }
  return used;
}

void carry_numbers(const ArenaMap& old, ArenaMap& fresh) {
  uint32_t to = 0;
  for (uint32_t from = 0; from < old.layout.stream_capacity; ++from) {
    const StreamEntry& source = old.streams[from];
    if (source.state.load(std::memory_order_acquire) != StreamEntry::kSeeded ||
        to == fresh.layout.stream_capacity) {
      continue;
    }
    StreamEntry& target = fresh.streams[to++];
    std::memcpy(target.name, source.name, sizeof target.name);
    std::memcpy(target.key_prefix, source.key_prefix, sizeof target.key_prefix);
    target.next_sequence = source.next_sequence;
    target.hour_ns = source.hour_ns;
    target.next_in_hour = source.next_in_hour;
    target.last_start_utc_ns = source.last_start_utc_ns;
    target.last_end_utc_ns = source.last_end_utc_ns;
    target.state.store(StreamEntry::kSeeded, std::memory_order_release);
  }
}

}  // namespace sluice::arena
