#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/base/digest.h"
#include "config/base/result.h"
#include "config/base/stream_id.h"
#include "storage/arena/layout.h"
#include "storage/arena/map.h"

namespace sluice::arena {

/// Names a sealed segment in the arena, once: a later segment in the same chunk has another
/// generation.
struct SegmentHandle {
  uint32_t chunk = kNoChunk;
  uint64_t generation = 0;
  auto operator<=>(const SegmentHandle&) const = default;
};

/// A sealed segment. The payload stays in place until the handle is released.
struct SealedSegment {
  SegmentHandle handle;
  std::string stream;
  std::string key_prefix;
  uint64_t sequence = 0;
  uint64_t number_in_hour = 0;
  SegmentRecord record;
  std::vector<Bytes> payload;
  uint64_t bytes = 0;
};

/// The object's key: a function of descriptor fields alone.
/// "<key_prefix>2025/01/16/06/segment_20250116-060000__0000.ts"
std::string segment_key(const SealedSegment& segment);
/// The key that one of its absent segments has, where nothing will ever stand:
/// "<key_prefix>2025/01/16/06/absent_20250116-060000__7.ts", by its number in the stream.
std::string absent_key(const SealedSegment& segment, const SegmentRecord& absent,
                       uint64_t sequence);

/// Where a stream's numbers go on.
struct Seed {
  uint64_t next_sequence = 0;
  int64_t hour_ns = 0;
  uint64_t next_in_hour = 0;
  int64_t last_start_utc_ns = 0;
  int64_t last_end_utc_ns = 0;  ///< of its media
};

/// Control's side of one arena file: it reads sealed segments and releases them. Payload is mapped
/// read-only. One thread.
class ArenaReader {
 public:
  static Result<std::unique_ptr<ArenaReader>> attach(const std::filesystem::path& file);
  ArenaReader(const ArenaReader&) = delete;
  ArenaReader& operator=(const ArenaReader&) = delete;

  /// Sealed segments that no call returned before, oldest sequence first within a stream. Cheap
  /// when there are none.
  std::vector<SealedSegment> take_sealed();

  /// Gives a segment back, once it stands committed in the catalog and nothing reads its payload.
  /// False if it was not sealed under this handle any more.
  bool release(const SegmentHandle& handle);

  /// Streams that need to know where their numbers go on.
  std::vector<StreamId> unseeded();
  void seed(const StreamId& stream, const Seed& seed);

  /// Whether every segment is free: an old arena in this state can go.
  bool drained() const;

  const std::filesystem::path& file() const { return file_; }

 private:
  ArenaReader(std::filesystem::path file, ArenaMap map)
      : file_(std::move(file)), map_(std::move(map)), taken_(map_.layout.chunk_count) {}
  SealedSegment describe(uint32_t chunk, uint64_t generation) const;
  std::vector<Bytes> chain(uint32_t head, uint64_t bytes) const;

  std::filesystem::path file_;
  ArenaMap map_;
  uint64_t sealed_seen_ = UINT64_MAX;
  uint64_t seeds_seen_ = UINT64_MAX;
  std::vector<uint64_t> taken_;  // 1 + the generation last returned, by chunk
};

}  // namespace sluice::arena
