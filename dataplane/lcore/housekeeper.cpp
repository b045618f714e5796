#include "dataplane/lcore/housekeeper.h"

namespace sluice::lcore {

using namespace std::chrono_literals;

Housekeeper::Housekeeper(arena::StatsPage& page, arena::ArenaWriter& arena, TscClock& clock,
                         Room& room)
    : page_(page), arena_(arena), clock_(clock), room_(room) {}

void Housekeeper::unwatch(const arena::StreamStats* stream) {
  std::erase_if(streams_, [stream](const WatchedStream& one) { return one.stats == stream; });
}

void Housekeeper::set_failed(arena::StreamStats& stream) {
  for (WatchedStream& watched : streams_) {
    watched.failed = watched.failed || watched.stats == &stream;
  }
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
  for (PortWatch& port : ports_) {
    port.last_look();
  }
}

void Housekeeper::reclaim() noexcept {
  const size_t freed = arena_.reclaim();
  room_.set_hopeless(room_.low() && freed == 0 && arena_.segments_waiting() == 0);
}

void Housekeeper::report(Monotonic now) noexcept {
  reported_ = now;
  const ClockPair clocks = read_clocks();
  clock_.publish(clocks.tsc, clocks.utc_ns);
  for (PortWatch& port : ports_) {
    port.look(now);
  }
  for (WatchedStream& stream : streams_) {
    look_at_stream(stream, now);
  }
  page_.chunks_free.set(arena_.chunks_free());
  page_.heartbeat_ns.set(static_cast<uint64_t>(clocks.utc_ns));
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
  const StreamState state = stream.failed                     ? StreamState::kFailed
                            : !stream.ever                    ? StreamState::kWaiting
                            : now - stream.changed < kSilence ? StreamState::kReceiving
                                                              : StreamState::kSilent;
  stream.stats->state.set(static_cast<uint64_t>(state));
}

}  // namespace sluice::lcore
