#include "dataplane/lcore/segmenting.h"

#include <rte_cycles.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include <algorithm>
#include <array>

#include "dataplane/source/mark.h"

namespace sluice::lcore {

Segmenting::Segmenting(std::vector<Inlet> inlets, std::vector<OwnedStream> streams,
                       size_t stream_count, const TscClock& clock)
    : inlets_(std::move(inlets)),
      state_of_stream_(stream_count, kNotOurs),
      clock_(clock),
      steps_seen_(clock.steps()) {
  for (const OwnedStream& owned : streams) {
    state_of_stream_[owned.stream] = static_cast<uint32_t>(states_.size());
    states_.push_back({.owned = owned});
  }
}

size_t Segmenting::poll() noexcept {
  tell_clock_steps();
  tell_time();
  tell_losses();
  size_t taken = 0;
  for (const Inlet& inlet : inlets_) {
    taken += take_burst(inlet.ring);
  }
  if (taken == 0) {
    finish_ended();
  }
  return taken;
}

size_t Segmenting::take_burst(rte_ring* ring) noexcept {
  constexpr unsigned kAhead = 4;
  std::array<rte_mbuf*, kBurst> mbufs;
  const unsigned count = ::rte_ring_sc_dequeue_burst(ring, reinterpret_cast<void**>(mbufs.data()),
                                                     mbufs.size(), nullptr);
  std::array<State*, kBurst> touched;
  size_t touched_count = 0;
  for (unsigned i = 0; i < count; ++i) {
    if (i + kAhead < count) {
      ::rte_prefetch0(rte_pktmbuf_mtod(mbufs[i + kAhead], const void*));
    }
    const source::Mark& mark = source::mark_of(mbufs[i]);
    State& state = states_[state_of_stream_[mark.stream]];
    state.owned.segmenter->push({rte_pktmbuf_mtod(mbufs[i], const uint8_t*), mbufs[i]->data_len},
                                mark.arrival_ns);
    if (!state.touched) {
      state.touched = true;
      touched[touched_count++] = &state;
    }
  }
  for (size_t i = 0; i < touched_count; ++i) {
    touched[i]->owned.segmenter->commit();
    touched[i]->touched = false;
  }
  ::rte_pktmbuf_free_bulk(mbufs.data(), count);
  return count;
}

void Segmenting::tell_losses() noexcept {
  uint64_t total = 0;
  for (const Inlet& inlet : inlets_) {
    total += inlet.losses->total();
  }
  if (total == losses_seen_) {
    return;
  }
  losses_seen_ = total;
  for (State& state : states_) {
    uint64_t lost = 0;
    for (const Inlet& inlet : inlets_) {
      lost += inlet.losses->of(state.owned.stream);
    }
    if (lost != state.losses_told) {
      state.owned.segmenter->lost(lost - state.losses_told);
      state.losses_told = lost;
    }
  }
}

void Segmenting::tell_clock_steps() noexcept {
  const uint64_t steps = clock_.steps();
  if (steps == steps_seen_) {
    return;
  }
  steps_seen_ = steps;
  for (State& state : states_) {
    if (state.owned.follows_clock) {
      state.owned.segmenter->clock_stepped();
    }
  }
}

void Segmenting::tell_time() noexcept {
  constexpr uint64_t kTicksASecond = 20;
  const uint64_t now = ::rte_rdtsc();
  if (now < next_tick_tsc_) {
    return;
  }
  next_tick_tsc_ = now + ::rte_get_tsc_hz() / kTicksASecond;
  const int64_t utc_ns = clock_.utc_ns(now);
  for (State& state : states_) {
    if (state.owned.follows_clock && !state.finished) {
      state.owned.segmenter->tick(utc_ns);
    }
  }
}

void Segmenting::finish_ended() noexcept {
  for (State& state : states_) {
    if (state.finished || state.owned.ended == nullptr ||
        !state.owned.ended->load(std::memory_order_acquire)) {
      continue;
    }
    // What it sent before it ended is in the rings by now, if anything is.
    const bool drained = std::all_of(inlets_.begin(), inlets_.end(), [](const Inlet& inlet) {
      return ::rte_ring_empty(inlet.ring) != 0;
    });
    if (drained) {
      state.owned.segmenter->finish();
      state.finished = true;
    }
  }
}

void Segmenting::finish() noexcept {
  for (State& state : states_) {
    if (!state.finished) {
      state.owned.segmenter->finish();
      state.finished = true;
    }
  }
}

}  // namespace sluice::lcore
