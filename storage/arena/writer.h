#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/base/digest.h"
#include "config/base/result.h"
#include "storage/arena/free_list.h"
#include "storage/arena/layout.h"
#include "storage/arena/map.h"
#include "storage/arena/recovery.h"
#include "storage/arena/segment_record.h"

namespace sluice::arena {

class ArenaWriter;

/// One open segment: bytes go in at the end, become whole with `commit`, and are control's once it
/// is sealed. Belongs to one segmenter thread. No call allocates, locks or enters the kernel.
class SegmentWriter {
 public:
  SegmentWriter() = default;
  SegmentWriter(SegmentWriter&& other) noexcept;
  SegmentWriter& operator=(SegmentWriter&& other) noexcept;

  /// Whether a segment is open.
  explicit operator bool() const noexcept { return arena_ != nullptr; }

  /// The segment's metadata, to be kept up to date by the caller; what stands here at a crash is
  /// what the archive gets.
  SegmentRecord& record() noexcept;

  /// Copies bytes behind those that are there: all, or none if the arena is out of chunks. The copy
  /// is invisible to control until `commit`.
  bool append(Bytes bytes) noexcept;

  /// Declares the first `bytes` bytes whole. Never goes back.
  void commit(uint64_t bytes) noexcept;

  /// Moves the bytes from `offset` on to the end of `next`: for a cut that is recognised after its
  /// packets were copied. Nothing behind `offset` may be committed. False, and nothing moved, if
  /// the arena is out of chunks.
  bool split(uint64_t offset, SegmentWriter& next) noexcept;

  /// Hands what is committed to control, with its number; drops what is not. An empty segment is
  /// given back instead.
  void seal() noexcept;

  uint64_t appended() const noexcept { return appended_; }
  uint64_t committed() const noexcept { return committed_; }

 private:
  friend class ArenaWriter;
  SegmentWriter(ArenaWriter* arena, uint32_t chunk) : arena_(arena), head_(chunk), tail_(chunk) {}
  bool extend(uint64_t bytes) noexcept;
  void truncate(uint64_t bytes) noexcept;

  ArenaWriter* arena_ = nullptr;
  uint32_t head_ = kNoChunk;
  uint32_t tail_ = kNoChunk;
  uint32_t tail_used_ = 0;
  uint64_t appended_ = 0;
  uint64_t committed_ = 0;
};

/// How large an arena is to be, and where.
struct ArenaSpec {
  std::filesystem::path folder;  ///< arena.path
  uint64_t size = 0;             ///< bytes
  uint32_t stream_capacity = 4096;
  /// An arena of another size that is there goes on in use if there is no memory for a new one and
  /// it has this many bytes.
  uint64_t least = UINT64_MAX;
};

/// The dataplane's side of the arena: it allocates, fills and seals. The free list is its own and
/// is rebuilt from the descriptors at start. `begin` and SegmentWriter calls may come from any
/// number of segmenter threads, `enter`, `reclaim` and the rest from one slow thread.
class ArenaWriter {
 public:
  /// Maps the newest arena in the folder if it has the layout asked for, else makes a new file
  /// beside it (allocated in full; an error says what is needed and what there is). In either case
  /// segments left filling are sealed. The caller holds the dataplane's lock.
  static Result<std::unique_ptr<ArenaWriter>> open(const ArenaSpec& spec);
  ArenaWriter(const ArenaWriter&) = delete;
  ArenaWriter& operator=(const ArenaWriter&) = delete;

  const Recovery& recovery() const { return recovery_; }

  /// Enters a stream, or finds its entry. Where the table is full, the entry of a stream that was
  /// left is used anew, and that stream's numbers come from control should it return.
  /// @return its index; fails when all entries are in use (kRetry)
  Result<uint32_t> enter(const StreamId& stream, std::string_view key_prefix);
  /// The stream's last segment is sealed, and it is not captured any more.
  void leave(uint32_t entry);
  /// Whether control has told where the stream's numbers go on. Until then its segments can be
  /// filled, not sealed.
  bool seeded(uint32_t entry) const;
  /// Whether a seeded stream has segments from before: what comes next is a restart.
  bool goes_on(uint32_t entry) const;

  /// Opens a segment; not open (`!writer`) if no chunk is free or the stream is not seeded.
  SegmentWriter begin(uint32_t entry) noexcept;

  /// Takes back what control released. @return segments freed.
  size_t reclaim() noexcept;

  uint32_t chunk_count() const noexcept { return map_.layout.chunk_count; }
  uint32_t chunks_free() const noexcept { return free_.size(); }
  uint32_t chunk_bytes() const noexcept { return map_.layout.chunk_bytes; }
  /// Bytes, as in ArenaSpec.
  uint64_t size() const noexcept {
    return uint64_t{map_.layout.chunk_count} * map_.layout.chunk_stride;
  }
  /// Segments that are neither free nor released: 0 means that control has stored everything.
  uint64_t segments_held() const noexcept;
  /// Sealed segments that control has yet to release.
  uint64_t segments_waiting() const noexcept;

 private:
  friend class SegmentWriter;
  ArenaWriter(ArenaMap map, Recovery recovery, const std::vector<bool>& used);

  template <typename Wanted>
  uint64_t count(Wanted wanted) const noexcept;
  uint32_t take_chunk() noexcept;
  void give_chain(uint32_t head) noexcept;
  uint32_t vacant_entry();

  ArenaMap map_;
  FreeList free_;
  uint64_t released_seen_ = 0;
  Recovery recovery_;
  std::unordered_map<std::string, uint32_t> entries_;  // by the stream's name
  std::vector<bool> entered_;                          // by entry
  uint32_t next_vacant_ = 0;                           // where the search goes on
};

}  // namespace sluice::arena
