#pragma once

#include <chrono>
#include <vector>

#include "dataplane/lcore/port_watch.h"
#include "dataplane/lcore/room.h"
#include "dataplane/lcore/tsc_clock.h"
#include "storage/arena/stats.h"
#include "storage/arena/writer.h"

namespace sluice::lcore {

/// The slow thread's chores while packets flow: chunks that control gave back, the clock, the
/// NICs' counters, what each stream is doing, the heartbeat. One thread.
class Housekeeper {
 public:
  using Monotonic = std::chrono::steady_clock::time_point;

  Housekeeper(arena::StatsPage& page, arena::ArenaWriter& arena, TscClock& clock, Room& room);

  void watch(const PortWatch& port) { ports_.push_back(port); }
  void watch(arena::StreamStats* stream) { streams_.push_back({stream, stream->received.get()}); }
  void unwatch(const arena::StreamStats* stream);
  /// The stream cannot be captured, and is told to be so from now on.
  void set_failed(arena::StreamStats& stream);

  /// To be called every 5 ms or so.
  void tick(Monotonic now) noexcept;
  /// Everything once more, for the last figures.
  void last_tick(Monotonic now) noexcept;

 private:
  struct WatchedStream {
    arena::StreamStats* stats;
    uint64_t received;
    Monotonic changed{};
    bool ever = false;
    bool failed = false;
  };
  void reclaim() noexcept;
  void look_at_stream(WatchedStream& stream, Monotonic now) noexcept;
  void report(Monotonic now) noexcept;

  arena::StatsPage& page_;
  arena::ArenaWriter& arena_;
  TscClock& clock_;
  Room& room_;
  std::vector<PortWatch> ports_;
  std::vector<WatchedStream> streams_;
  Monotonic reported_{};
};

}  // namespace sluice::lcore
