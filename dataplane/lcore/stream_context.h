#pragma once

#include <atomic>
#include <memory>

#include "config/appliance.h"
#include "dataplane/segment/arena_output.h"
#include "dataplane/segment/segmenter.h"
#include "storage/arena/stats.h"
#include "storage/arena/writer.h"

namespace sluice::lcore {

/// A stream while it is captured: where its segments go, and who cuts them. Made and ended by the
/// slow thread; in between, the segmenter is its lcore's.
struct StreamContext {
  StreamContext(const config::Stream& stream, uint32_t arena_entry, arena::StreamStats& counters,
                arena::ArenaWriter& arena);

  /// Another segmenter for the same output, not in use yet.
  std::unique_ptr<segment::Segmenter> make_segmenter(const config::Stream& stream);

  arena::StreamStats& stats;
  segment::ArenaOutput output;
  std::unique_ptr<segment::Segmenter> segmenter;
  std::atomic<bool> ended = false;
};

}  // namespace sluice::lcore
