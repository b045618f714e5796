#pragma once

#include "dataplane/segment/output.h"
#include "storage/arena/writer.h"

namespace sluice::segment {

/// Cuts into the segment arena. Belongs to the segmenter's thread; the arena outlives it.
class ArenaOutput final : public SegmentOutput {
 public:
  /// @param entry  the stream's, from `ArenaWriter::enter`
  ArenaOutput(arena::ArenaWriter& arena, uint32_t entry) : arena_(arena), entry_(entry) {}

  bool open(const arena::SegmentRecord& record, Bytes prefix) noexcept override;
  bool is_open() const noexcept override { return static_cast<bool>(writer_); }
  arena::SegmentRecord& record() noexcept override { return writer_.record(); }
  bool append(Bytes packets) noexcept override { return writer_.append(packets); }
  uint64_t appended() const noexcept override { return writer_.appended(); }
  void commit(uint64_t bytes) noexcept override { writer_.commit(bytes); }
  bool cut(uint64_t offset, const arena::SegmentRecord& next, Bytes prefix) noexcept override;
  void seal() noexcept override { writer_.seal(); }

 private:
  arena::SegmentWriter begin(const arena::SegmentRecord& record, Bytes prefix) noexcept;

  arena::ArenaWriter& arena_;
  const uint32_t entry_;
  arena::SegmentWriter writer_;
};

}  // namespace sluice::segment
