#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "config/base/stream_id.h"
#include "storage/arena/segment_record.h"

/// The segment arena as it lies in shared memory:
///
///     Header | StreamEntry[stream_capacity] | Descriptor[chunk_count] | (page border) | chunk 0 |
///     chunk 1 | …
///
/// A segment is a chain of chunks. Its descriptor is that of its first chunk, so there is always
/// one where there is memory; the descriptors of the other chunks only link the chain.
namespace sluice::arena {

inline constexpr uint64_t kMagic = 0x3161'6e65'7261'6c73;  // "slarena1" in memory order
inline constexpr uint32_t kLayoutVersion = 2;
inline constexpr uint32_t kNoChunk = UINT32_MAX;
inline constexpr size_t kKeyPrefixLength = 256;

/// free → filling → sealed → released → free. Control makes only sealed → released; the dataplane
/// all others.
enum class SegmentState : uint8_t { kFree, kFilling, kSealed, kReleased };

/// {generation, state} in one word, so that a compare-and-swap on an old generation fails.
struct StateWord {
  uint64_t generation = 0;
  SegmentState state = SegmentState::kFree;

  static constexpr StateWord unpack(uint64_t word) {
    return {word >> 8, static_cast<SegmentState>(word & 0xff)};
  }
  constexpr uint64_t pack() const { return generation << 8 | static_cast<uint64_t>(state); }
};

struct alignas(64) Header {
  uint64_t magic;
  uint32_t layout_version;
  uint32_t chunk_bytes;   ///< payload bytes of a chunk, a multiple of 188
  uint32_t chunk_stride;  ///< distance of two chunks
  uint32_t chunk_count;
  uint32_t stream_capacity;
  uint32_t reserved;
  uint64_t streams_offset;
  uint64_t descriptors_offset;
  uint64_t payload_offset;  ///< page-aligned; from here on control maps read-only
  uint64_t total_bytes;
  alignas(64) std::atomic<uint64_t> sealed_count;  ///< grows with each seal: control polls it
  alignas(64)
      std::atomic<uint64_t> released_count;  ///< grows with each release: the dataplane polls it
  alignas(64)
      std::atomic<uint64_t> seeds_wanted;  ///< grows when a stream is entered that needs numbers
};

/// Where a stream's numbering stands. The dataplane takes the next number at sealing; control
/// writes the entry once, while it is kWanted, from the catalog, so that numbers go on where the
/// archive ends.
struct alignas(64) StreamEntry {
  enum State : uint32_t { kUnused, kWanted, kSeeded };

  std::atomic<uint32_t> state;
  char name[StreamId::kMaxLength + 1];
  char key_prefix[kKeyPrefixLength];  ///< "<prefix><stream>/" or ""
  uint64_t next_sequence;
  int64_t hour_ns;  ///< UTC start of the hour that next_in_hour belongs to
  uint64_t next_in_hour;
  int64_t last_start_utc_ns;  ///< start of the last segment: names never go back in time
  int64_t last_end_utc_ns;    ///< end of its media; 0 = there is none
};

struct alignas(64) Descriptor {
  std::atomic<uint64_t> word;       ///< StateWord
  std::atomic<uint64_t> committed;  ///< bytes that are whole; release store
  std::atomic<uint32_t> next;       ///< the chain's next chunk, or kNoChunk
  uint32_t stream_entry;
  uint64_t sequence;  ///< with number_in_hour given at sealing
  uint64_t number_in_hour;
  SegmentRecord record;
  char stream[StreamId::kMaxLength + 1];
  char key_prefix[kKeyPrefixLength];
};

static_assert(std::atomic<uint64_t>::is_always_lock_free);

/// Byte positions of an arena's parts.
struct Layout {
  uint32_t chunk_bytes;
  uint32_t chunk_stride;
  uint32_t chunk_count;
  uint32_t stream_capacity;
  uint64_t streams_offset;
  uint64_t descriptors_offset;
  uint64_t payload_offset;
  uint64_t total_bytes;

  /// The layout of an arena of about `size` bytes, at least one chunk.
  static Layout plan(uint64_t size, uint32_t stream_capacity);
  /// The layout that a file's header describes.
  static Layout of(const Header& header);
  /// Whether the parts lie where this version of the layout puts them: a damaged header does not
  /// pass.
  bool sound() const;
  bool operator==(const Layout&) const = default;
};

}  // namespace sluice::arena
