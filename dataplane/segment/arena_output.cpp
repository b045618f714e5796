#include "dataplane/segment/arena_output.h"

#include <utility>

namespace sluice::segment {

using arena::SegmentRecord;
using arena::SegmentWriter;

/// Not open if there is no room.
SegmentWriter ArenaOutput::begin(const SegmentRecord& record, Bytes prefix) noexcept {
  SegmentWriter writer = arena_.begin(entry_);
  if (!writer) return writer;
  writer.record() = record;
  if (!prefix.empty() && !writer.append(prefix)) writer.seal();
  return writer;
}

bool ArenaOutput::open(const SegmentRecord& record, Bytes prefix) noexcept {
  writer_ = begin(record, prefix);
  return is_open();
}

bool ArenaOutput::cut(uint64_t offset, const SegmentRecord& next, Bytes prefix) noexcept {
  SegmentWriter writer = begin(next, prefix);
  if (writer && !writer_.split(offset, writer)) writer.seal();
  writer_.commit(offset);
  writer_.seal();
  writer_ = std::move(writer);
  return is_open();
}

}  // namespace sluice::segment
