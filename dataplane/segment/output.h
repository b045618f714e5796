#pragma once

#include <cstdint>

#include "config/base/digest.h"
#include "storage/arena/segment_record.h"

namespace sluice::segment {

/// Where a segmenter puts what it cuts: the arena, or files. At most one segment is open. Called by
/// the segmenter's thread only; nothing here throws, locks or allocates when the output is the
/// arena.
class SegmentOutput {
 public:
  virtual ~SegmentOutput() = default;

  /// Opens a segment that begins with `prefix` (injected packets, or nothing). False if there is no
  /// room.
  virtual bool open(const arena::SegmentRecord& record, Bytes prefix) noexcept = 0;
  virtual bool is_open() const noexcept = 0;
  /// Metadata of the open segment, to be kept up to date before each commit.
  virtual arena::SegmentRecord& record() noexcept = 0;

  /// Copies packets to the end of the open segment: all, or none (false) if there is no room.
  virtual bool append(Bytes packets) noexcept = 0;
  /// Bytes in the open segment, its prefix included.
  virtual uint64_t appended() const noexcept = 0;
  /// Declares the first `bytes` bytes whole: they survive a crash.
  virtual void commit(uint64_t bytes) noexcept = 0;

  /// Ends the open segment at `offset` and opens the next, which begins with `prefix` and then the
  /// bytes that stood behind `offset`. `record()` must be final for the old one. False, and the old
  /// one sealed at `offset` with what followed dropped, if there is no room.
  virtual bool cut(uint64_t offset, const arena::SegmentRecord& next, Bytes prefix) noexcept = 0;

  /// Ends the open segment at what was committed; what was not is dropped, and a segment of which
  /// nothing was is as if it had never been. `record()` must be final.
  virtual void seal() noexcept = 0;
};

}  // namespace sluice::segment
