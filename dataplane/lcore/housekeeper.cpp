#include "dataplane/lcore/housekeeper.h"

namespace sluice::lcore {

using namespace std::chrono_literals;

Housekeeper::Housekeeper(arena::StatsPage& page, arena::ArenaWriter& arena, TscClock& clock,
                         Room& room)
    : page_(page), arena_(arena), clock_(clock), room_(room) {}

void Housekeeper::watch(Port port) {
  // Counters of a driver may begin before us; those on the page go on across restarts.
  ports_.push_back({port, port.source->counters()});
}

void Housekeeper::tick(Monotonic now) noexcept {
  reclaim();
  if (now - reported_ >= 100ms) {
    report(now);
  }
}

void Housekeeper::last_tick(Monotonic now) noexcept {
  reclaim();
  report(now);
}

void Housekeeper::reclaim() noexcept {
  const size_t freed = arena_.reclaim();
  room_.set_hopeless(room_.low() && freed == 0 && arena_.segments_waiting() == 0);
}

void Housekeeper::report(Monotonic now) noexcept {
  reported_ = now;
  const ClockPair clocks = read_clocks();
  clock_.publish(clocks.tsc, clocks.utc_ns);
  look_at_ports();
  for (WatchedStream& stream : streams_) {
    look_at_stream(stream, now);
  }
  page_.chunks_free.set(arena_.chunks_free());
  page_.heartbeat_ns.set(static_cast<uint64_t>(clocks.utc_ns));
}

void Housekeeper::look_at_ports() noexcept {
  for (WatchedPort& watched : ports_) {
    const source::NicCounters now = watched.port.source->counters();
    arena::PortStats& stats = *watched.port.stats;
    stats.nic_missed.add(now.missed - watched.last.missed);
    stats.nic_errors.add(now.errors - watched.last.errors);
    stats.nic_no_mbuf.add(now.no_mbuf - watched.last.no_mbuf);
    stats.link_up.set(now.link_up ? 1 : 0);
    watched.last = now;
  }
}

void Housekeeper::look_at_stream(WatchedStream& stream, Monotonic now) noexcept {
  constexpr auto kSilence = 2s;
  const uint64_t received = stream.stats->received.get();
  if (received != stream.received) {
    stream.received = received;
    stream.changed = now;
    stream.ever = true;
  }
  using arena::StreamState;
  const StreamState state = !stream.ever                      ? StreamState::kWaiting
                            : now - stream.changed < kSilence ? StreamState::kReceiving
                                                              : StreamState::kSilent;
  stream.stats->state.set(static_cast<uint64_t>(state));
}

}  // namespace sluice::lcore
