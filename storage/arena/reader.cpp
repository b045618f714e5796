#include "storage/arena/reader.h"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <tuple>
#include <utility>

#include "config/base/utc.h"

namespace sluice::arena {

std::string segment_key(const SealedSegment& segment) {
  const Utc start = utc_from_ns(segment.record.start_utc_ns);
  char number[24];
  std::snprintf(number, sizeof number, "__%04llu.ts",
                static_cast<unsigned long long>(segment.number_in_hour));
  return segment.key_prefix + hour_path(start) + "/segment_" + segment_stamp(start) + number;
}

std::string absent_key(const SealedSegment& segment, const SegmentRecord& absent,
                       uint64_t sequence) {
  const Utc start = utc_from_ns(absent.start_utc_ns);
  return segment.key_prefix + hour_path(start) + "/absent_" + segment_stamp(start) + "__" +
         std::to_string(sequence) + ".ts";
}

Result<std::unique_ptr<ArenaReader>> ArenaReader::attach(const std::filesystem::path& file) {
  auto map = ArenaMap::open(file, ArenaMap::Side::kControl);
  if (!map) {
    return fail(map.error());
  }
  return std::unique_ptr<ArenaReader>(new ArenaReader(file, std::move(*map)));
}

std::vector<SealedSegment> ArenaReader::take_sealed() {
  const uint64_t sealed = map_.header->sealed_count.load(std::memory_order_acquire);
  std::vector<SealedSegment> out;
  if (sealed == sealed_seen_) {
    return out;
  }
  sealed_seen_ = sealed;
  for (uint32_t i = 0; i < map_.layout.chunk_count; ++i) {
    const StateWord word =
        StateWord::unpack(map_.descriptors[i].word.load(std::memory_order_acquire));
    if (word.state == SegmentState::kSealed && taken_[i] != word.generation + 1) {
      taken_[i] = word.generation + 1;
      out.push_back(describe(i, word.generation));
    }
  }
  std::ranges::sort(out, {}, [](const SealedSegment& s) {
    return std::tuple<std::string_view, uint64_t>(s.stream, s.sequence);
  });
  return out;
}

SealedSegment ArenaReader::describe(uint32_t chunk, uint64_t generation) const {
  const Descriptor& descriptor = map_.descriptors[chunk];
  SealedSegment out;
  out.handle = {chunk, generation};
  out.stream = descriptor.stream;
  out.key_prefix = descriptor.key_prefix;
  out.sequence = descriptor.sequence;
  out.number_in_hour = descriptor.number_in_hour;
  out.record = descriptor.record;
  out.bytes = descriptor.committed.load(std::memory_order_acquire);
  out.payload = chain(chunk, out.bytes);
  return out;
}

std::vector<Bytes> ArenaReader::chain(uint32_t head, uint64_t bytes) const {
  std::vector<Bytes> pieces;
  pieces.reserve(map_.chunks_for(bytes));
  for (uint32_t chunk = head; bytes > 0 && chunk < map_.layout.chunk_count;
       chunk = map_.descriptors[chunk].next.load(std::memory_order_acquire)) {
    const uint64_t n = std::min<uint64_t>(bytes, map_.layout.chunk_bytes);
    pieces.emplace_back(map_.chunk(chunk), n);
    bytes -= n;
  }
  return pieces;
}

bool ArenaReader::release(const SegmentHandle& handle) {
  uint64_t expected = StateWord{handle.generation, SegmentState::kSealed}.pack();
  const uint64_t released = StateWord{handle.generation, SegmentState::kReleased}.pack();
  if (!map_.descriptors[handle.chunk].word.compare_exchange_strong(expected, released,
                                                                   std::memory_order_acq_rel)) {
    return false;
  }
  map_.header->released_count.fetch_add(1, std::memory_order_release);
  return true;
}

std::vector<StreamId> ArenaReader::unseeded() {
  std::vector<StreamId> out;
  const uint64_t wanted = map_.header->seeds_wanted.load(std::memory_order_acquire);
  if (wanted == seeds_seen_) {
    return out;
  }
  seeds_seen_ = wanted;
  for (uint32_t i = 0; i < map_.layout.stream_capacity; ++i) {
    const StreamEntry& entry = map_.streams[i];
    if (entry.state.load(std::memory_order_acquire) == StreamEntry::kWanted) {
      if (auto id = StreamId::parse(entry.name)) {
        out.push_back(std::move(*id));
      }
    }
  }
  return out;
}

void ArenaReader::seed(const StreamId& stream, const Seed& seed) {
  for (uint32_t i = 0; i < map_.layout.stream_capacity; ++i) {
    StreamEntry& entry = map_.streams[i];
    if (entry.state.load(std::memory_order_acquire) == StreamEntry::kWanted &&
        stream.str() == entry.name) {
      entry.next_sequence = seed.next_sequence;
      entry.hour_ns = seed.hour_ns;
      entry.next_in_hour = seed.next_in_hour;
      entry.last_start_utc_ns = seed.last_start_utc_ns;
      entry.last_end_utc_ns = seed.last_end_utc_ns;
      entry.state.store(StreamEntry::kSeeded, std::memory_order_release);
      return;
    }
  }
}

bool ArenaReader::drained() const {
  for (uint32_t i = 0; i < map_.layout.chunk_count; ++i) {
    const auto state =
        StateWord::unpack(map_.descriptors[i].word.load(std::memory_order_acquire)).state;
    if (state == SegmentState::kFilling || state == SegmentState::kSealed) {
      return false;
    }
  }
  return true;
}

}  // namespace sluice::arena
