#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"
#include "dataplane/lcore/stats_slots.h"
#include "dataplane/segment/arena_output.h"
#include "dataplane/segment/segmenter.h"
#include "storage/arena/stats.h"
#include "storage/arena/writer.h"

namespace sluice::lcore {

/// A stream while it is captured: where its segments go, and who cuts them.
struct StreamContext {
  StreamContext(const config::Stream& stream, uint32_t arena_entry, arena::StreamStats& counters,
                arena::ArenaWriter& arena);

  uint32_t entry;
  arena::StreamStats& stats;
  segment::ArenaOutput output;
  segment::Segmenter segmenter;
  std::atomic<bool> ended = false;
};

/// The streams of an appliance by their index in the configuration; none where there is nothing to
/// capture yet. Made by the slow thread.
using StreamSet = std::vector<std::unique_ptr<StreamContext>>;

/// Enters the streams in the arena and on the stats page.
Result<StreamSet> enter_streams(const config::Appliance& appliance, arena::ArenaWriter& arena,
                                StatsSlots& slots);

/// Whether control has told for every stream where its numbers go on.
bool all_seeded(const StreamSet& streams, const arena::ArenaWriter& arena);

}  // namespace sluice::lcore
