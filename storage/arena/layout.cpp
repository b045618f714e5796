#include "storage/arena/layout.h"

#include <algorithm>

namespace sluice::arena {
namespace {

constexpr uint32_t kChunkStride = 256 * 1024;
constexpr uint32_t kTsPacket = 188;
constexpr uint64_t kPage = 4096;

constexpr uint64_t round_up(uint64_t n, uint64_t to) {
  return (n + to - 1) / to * to;
}

}  // namespace

Layout Layout::plan(uint64_t size, uint32_t stream_capacity) {
  Layout layout{};
  // A multiple of the TS packet's size, so that no packet is split between two chunks.
  layout.chunk_bytes = kChunkStride / kTsPacket * kTsPacket;
  layout.chunk_stride = kChunkStride;
  layout.chunk_count =
      static_cast<uint32_t>(std::clamp<uint64_t>(size / kChunkStride, 1, kNoChunk - 1));
  layout.stream_capacity = stream_capacity;
  layout.streams_offset = round_up(sizeof(Header), alignof(StreamEntry));
  layout.descriptors_offset =
      round_up(layout.streams_offset + stream_capacity * sizeof(StreamEntry), alignof(Descriptor));
  layout.payload_offset =
      round_up(layout.descriptors_offset + layout.chunk_count * sizeof(Descriptor), kPage);
  layout.total_bytes = layout.payload_offset + uint64_t{layout.chunk_count} * kChunkStride;
  return layout;
}

Layout Layout::of(const Header& header) {
  return {header.chunk_bytes,     header.chunk_stride,   header.chunk_count,
          header.stream_capacity, header.streams_offset, header.descriptors_offset,
          header.payload_offset,  header.total_bytes};
}

bool Layout::sound() const {
  const Layout same = plan(uint64_t{chunk_count} * kChunkStride, stream_capacity);
  return *this == same;
}

}  // namespace sluice::arena
