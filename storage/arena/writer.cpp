#include "storage/arena/writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "storage/arena/numbering.h"
#include "storage/arena/recovery.h"

namespace sluice::arena {
namespace {

constexpr uint32_t kNoEntry = UINT32_MAX;

}  // namespace

SegmentWriter::SegmentWriter(SegmentWriter&& other) noexcept {
  *this = std::move(other);
}

SegmentWriter& SegmentWriter::operator=(SegmentWriter&& other) noexcept {
  std::swap(arena_, other.arena_);
  std::swap(head_, other.head_);
  std::swap(tail_, other.tail_);
  std::swap(tail_used_, other.tail_used_);
  std::swap(appended_, other.appended_);
  std::swap(committed_, other.committed_);
  return *this;
}

SegmentRecord& SegmentWriter::record() noexcept {
  return arena_->map_.descriptors[head_].record;
}

/// Sees to it that enough chunks hang behind the tail for `bytes` more bytes; gives all of them
/// back if there are too few.
bool SegmentWriter::extend(uint64_t bytes) noexcept {
  ArenaMap& map = arena_->map_;
  uint64_t room = map.layout.chunk_bytes - tail_used_;
  for (uint32_t last = tail_; room < bytes; room += map.layout.chunk_bytes) {
    std::atomic<uint32_t>& link = map.descriptors[last].next;
    last = link.load(std::memory_order_relaxed);
    if (last == kNoChunk) {
      last = arena_->take_chunk();
      if (last == kNoChunk) {
        arena_->give_chain(
            map.descriptors[tail_].next.exchange(kNoChunk, std::memory_order_relaxed));
        return false;
      }
      link.store(last, std::memory_order_release);
    }
  }
  return true;
}

bool SegmentWriter::append(Bytes bytes) noexcept {
  if (!extend(bytes.size())) {
    return false;
  }
  const ArenaMap& map = arena_->map_;
  while (!bytes.empty()) {
    if (tail_used_ == map.layout.chunk_bytes) {
      tail_ = map.descriptors[tail_].next.load(std::memory_order_relaxed);
      tail_used_ = 0;
    }
    const size_t n = std::min<size_t>(bytes.size(), map.layout.chunk_bytes - tail_used_);
    std::memcpy(map.chunk(tail_) + tail_used_, bytes.data(), n);
    tail_used_ += static_cast<uint32_t>(n);
    appended_ += n;
    bytes = bytes.subspan(n);
  }
  return true;
}

void SegmentWriter::commit(uint64_t bytes) noexcept {
  committed_ = bytes;
  arena_->map_.descriptors[head_].committed.store(bytes, std::memory_order_release);
}

bool SegmentWriter::split(uint64_t offset, SegmentWriter& next) noexcept {
  const ArenaMap& map = arena_->map_;
  const uint64_t tail_start = appended_ - tail_used_;
  uint32_t chunk = tail_;
  uint64_t chunk_start = tail_start;
  if (offset < tail_start) {
    chunk = head_;
    chunk_start = 0;
    while (chunk_start + map.layout.chunk_bytes <= offset) {
      chunk = map.descriptors[chunk].next.load(std::memory_order_relaxed);
      chunk_start += map.layout.chunk_bytes;
    }
  }
  if (!next.extend(appended_ - offset)) {
    return false;
  }
  for (uint64_t at = offset; at < appended_;) {
    const uint64_t end = std::min(appended_, chunk_start + map.layout.chunk_bytes);
    next.append({map.chunk(chunk) + (at - chunk_start), end - at});
    at = end;
    chunk_start += map.layout.chunk_bytes;
    if (at < appended_) {
      chunk = map.descriptors[chunk].next.load(std::memory_order_relaxed);
    }
  }
  truncate(offset);
  return true;
}

/// Forgets the bytes from `bytes` on and gives back the chunks that only they used.
void SegmentWriter::truncate(uint64_t bytes) noexcept {
  const ArenaMap& map = arena_->map_;
  uint32_t last = head_;
  uint64_t start = 0;
  while (start + map.layout.chunk_bytes < bytes) {
    last = map.descriptors[last].next.load(std::memory_order_relaxed);
    start += map.layout.chunk_bytes;
  }
  arena_->give_chain(map.descriptors[last].next.exchange(kNoChunk, std::memory_order_relaxed));
  tail_ = last;
  tail_used_ = static_cast<uint32_t>(bytes - start);
  appended_ = bytes;
}

void SegmentWriter::seal() noexcept {
  ArenaMap& map = arena_->map_;
  truncate(committed_);
  Descriptor& descriptor = map.descriptors[head_];
  if (committed_ == 0) {
    const StateWord word = StateWord::unpack(descriptor.word.load(std::memory_order_relaxed));
    descriptor.word.store(StateWord{word.generation + 1, SegmentState::kFree}.pack(),
                          std::memory_order_release);
    arena_->give_chain(head_);
  } else {
    seal_segment(*map.header, map.streams[descriptor.stream_entry], descriptor);
  }
  *this = SegmentWriter();
}

Result<std::unique_ptr<ArenaWriter>> ArenaWriter::open(const ArenaSpec& spec) {
  const Layout layout = Layout::plan(spec.size, spec.stream_capacity);
  const auto files = arena_files(spec.folder);
  Recovery recovery;
  if (!files.empty()) {
    auto old = ArenaMap::open(files.back(), ArenaMap::Side::kDataplane);
    if (old) {
      const auto used = recover(*old, recovery);
      if (old->layout == layout) {
        recovery.existed = true;
        return std::unique_ptr<ArenaWriter>(new ArenaWriter(std::move(*old), recovery, used));
      }
      auto fresh = ArenaMap::create(next_arena_file(spec.folder, files), layout);
      const uint64_t there = uint64_t{old->layout.chunk_count} * old->layout.chunk_stride;
      if (!fresh && there >= spec.least && old->layout.stream_capacity == spec.stream_capacity) {
        recovery.existed = true;
        recovery.kept_for_want_of_memory = fresh.error().message;
        return std::unique_ptr<ArenaWriter>(new ArenaWriter(std::move(*old), recovery, used));
      }
      if (!fresh) {
        return fail(fresh.error());
      }
      carry_numbers(*old, *fresh);
      return std::unique_ptr<ArenaWriter>(new ArenaWriter(std::move(*fresh), recovery, {}));
    }
  }
  auto fresh = ArenaMap::create(next_arena_file(spec.folder, files), layout);
  if (!fresh) {
    return fail(fresh.error());
  }
  return std::unique_ptr<ArenaWriter>(new ArenaWriter(std::move(*fresh), recovery, {}));
}

ArenaWriter::ArenaWriter(ArenaMap map, Recovery recovery, const std::vector<bool>& used)
    : map_(std::move(map)),
      free_(map_.layout.chunk_count),
      recovery_(std::move(recovery)),
      entered_(map_.layout.stream_capacity) {
  for (uint32_t i = 0; i < map_.layout.stream_capacity; ++i) {
    if (map_.streams[i].state.load(std::memory_order_acquire) != StreamEntry::kUnused) {
      entries_.emplace(map_.streams[i].name, i);
    }
  }
  for (uint32_t i = map_.layout.chunk_count; i-- > 0;) {
    if (used.empty() || !used[i]) {
      free_.push(i);
    }
  }
}

Result<uint32_t> ArenaWriter::enter(const StreamId& stream, std::string_view key_prefix) {
  if (key_prefix.size() >= kKeyPrefixLength) {
    return fail("storage.prefix and the name of stream " + stream.str() +
                " are together longer than " + std::to_string(kKeyPrefixLength - 1) + " bytes");
  }
  const auto known = entries_.find(stream.str());
  const uint32_t index = known != entries_.end() ? known->second : vacant_entry();
  if (index == kNoEntry) {
    return fail(Next::kRetry, "the arena has room for " +
                                  std::to_string(map_.layout.stream_capacity) +
                                  " streams, and stream " + stream.str() + " is one more");
  }
  StreamEntry& entry = map_.streams[index];
  std::memset(entry.key_prefix, 0, sizeof entry.key_prefix);
  key_prefix.copy(entry.key_prefix, kKeyPrefixLength - 1);
  if (known == entries_.end()) {
    std::memset(entry.name, 0, sizeof entry.name);
    stream.str().copy(entry.name, StreamId::kMaxLength);
    entries_.emplace(stream.str(), index);
    entry.state.store(StreamEntry::kWanted, std::memory_order_release);
    map_.header->seeds_wanted.fetch_add(1, std::memory_order_release);
  }
  entered_[index] = true;
  return index;
}

void ArenaWriter::leave(uint32_t entry) {
  entered_[entry] = false;
}

/// An entry for a new stream: one that was never used, else that of a stream that was left. One
/// that control is about to seed is left alone: control writes to an entry while it is kWanted.
uint32_t ArenaWriter::vacant_entry() {
  const uint32_t capacity = map_.layout.stream_capacity;
  if (entries_.size() < capacity) {
    while (map_.streams[next_vacant_].state.load(std::memory_order_acquire) !=
           StreamEntry::kUnused) {
      next_vacant_ = (next_vacant_ + 1) % capacity;
    }
    return next_vacant_;
  }
  for (uint32_t tried = 0; tried < capacity; ++tried) {
    next_vacant_ = (next_vacant_ + 1) % capacity;
    StreamEntry& entry = map_.streams[next_vacant_];
    if (!entered_[next_vacant_] && seeded(next_vacant_)) {
      entries_.erase(entry.name);
      entry.state.store(StreamEntry::kUnused, std::memory_order_release);
      return next_vacant_;
    }
  }
  return kNoEntry;
}

bool ArenaWriter::seeded(uint32_t entry) const {
  return map_.streams[entry].state.load(std::memory_order_acquire) == StreamEntry::kSeeded;
}

bool ArenaWriter::goes_on(uint32_t entry) const {
  return map_.streams[entry].next_sequence > 0;
}

SegmentWriter ArenaWriter::begin(uint32_t entry) noexcept {
  if (!seeded(entry)) {
    return {};
  }
  const uint32_t chunk = take_chunk();
  if (chunk == kNoChunk) {
    return {};
  }
  const StreamEntry& stream = map_.streams[entry];
  Descriptor& descriptor = map_.descriptors[chunk];
  // An exchange, because nothing of what follows may come before it: a crash in the middle must
  // not leave a mixture that looks like a numbered segment.
  descriptor.committed.exchange(0, std::memory_order_acq_rel);
  descriptor.stream_entry = entry;
  descriptor.record = {};
  std::memcpy(descriptor.stream, stream.name, sizeof descriptor.stream);
  std::memcpy(descriptor.key_prefix, stream.key_prefix, sizeof descriptor.key_prefix);
  const StateWord word = StateWord::unpack(descriptor.word.load(std::memory_order_relaxed));
  descriptor.word.store(StateWord{word.generation, SegmentState::kFilling}.pack(),
                        std::memory_order_release);
  return {this, chunk};
}

uint32_t ArenaWriter::take_chunk() noexcept {
  const uint32_t chunk = free_.pop();
  if (chunk != kNoChunk) {
    map_.descriptors[chunk].next.store(kNoChunk, std::memory_order_relaxed);
  }
  return chunk;
}

void ArenaWriter::give_chain(uint32_t head) noexcept {
  while (head != kNoChunk) {
    const uint32_t next = map_.descriptors[head].next.exchange(kNoChunk, std::memory_order_relaxed);
    free_.push(head);
    head = next;
  }
}

size_t ArenaWriter::reclaim() noexcept {
  const uint64_t released = map_.header->released_count.load(std::memory_order_acquire);
  if (released == released_seen_) {
    return 0;
  }
  released_seen_ = released;
  size_t freed = 0;
  for (uint32_t i = 0; i < map_.layout.chunk_count; ++i) {
    Descriptor& descriptor = map_.descriptors[i];
    const StateWord word = StateWord::unpack(descriptor.word.load(std::memory_order_acquire));
    if (word.state == SegmentState::kReleased) {
      // free before it is on the list: from then on another thread may be filling it
      descriptor.word.store(StateWord{word.generation + 1, SegmentState::kFree}.pack(),
                            std::memory_order_release);
      give_chain(i);
      ++freed;
    }
  }
  return freed;
}

template <typename Wanted>
uint64_t ArenaWriter::count(Wanted wanted) const noexcept {
  uint64_t found = 0;
  for (uint32_t i = 0; i < map_.layout.chunk_count; ++i) {
    const uint64_t word = map_.descriptors[i].word.load(std::memory_order_acquire);
    found += wanted(StateWord::unpack(word).state) ? 1 : 0;
  }
  return found;
}

uint64_t ArenaWriter::segments_held() const noexcept {
  return count([](SegmentState state) {
    return state == SegmentState::kFilling || state == SegmentState::kSealed;
  });
}

uint64_t ArenaWriter::segments_waiting() const noexcept {
  return count([](SegmentState state) { return state == SegmentState::kSealed; });
}

}  // namespace sluice::arena
