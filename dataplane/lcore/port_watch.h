#pragma once

#include <chrono>

#include "dataplane/source/packet_source.h"
#include "storage/arena/stats.h"

namespace sluice::lcore {

/// Puts what a port tells of itself on the stats page: its counters, which go on there across
/// restarts, its link and its xstats. Belongs to the slow thread.
class PortWatch {
 public:
  using Monotonic = std::chrono::steady_clock::time_point;

  /// @param source  the port's queue 0
  PortWatch(source::PacketSource& source, arena::PortStats& stats, arena::PortXstats& xstats)
      : source_(source), stats_(stats), xstats_(xstats), last_(source.counters()) {}

  /// To be called every 100 ms or so.
  void look(Monotonic now);
  /// The last figures.
  void last_look();

 private:
  void count();
  void list_xstats();

  source::PacketSource& source_;
  arena::PortStats& stats_;
  arena::PortXstats& xstats_;
  source::NicCounters last_;
  Monotonic listed_{};
};

}  // namespace sluice::lcore
