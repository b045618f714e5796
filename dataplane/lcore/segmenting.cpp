#include "dataplane/lcore/segmenting.h"

#include <rte_cycles.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include <algorithm>
#include <array>

#include "dataplane/source/mark.h"

namespace sluice::lcore {

Segmenting::Segmenting(std::vector<Inlet> inlets, const TscClock& clock, arena::LcoreStats& stats)
    : inlets_(std::move(inlets)),
      states_(kMostIndices),
      clock_(clock),
      stats_(stats),
      steps_seen_(clock.steps()) {
  active_.reserve(kMostIndices);
}

size_t Segmenting::poll() noexcept {
  carry_out_order();
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

void Segmenting::carry_out_order() noexcept {
  const SegmentingOrder* order = orders_.look();
  if (order == nullptr) [[likely]] {
    return;
  }
  for (const SegmentingStep& step : order->steps) {
    State& state = states_[step.owned.stream];
    switch (step.what) {
      case SegmentingStep::What::kAdopt:
        adopt(step.owned);
        break;
      case SegmentingStep::What::kReplace:
        finish(state);
        state.owned = step.owned;
        state.finished = false;
        break;
      case SegmentingStep::What::kRetire:
        retire(state);
        break;
    }
  }
  orders_.done();
}

void Segmenting::adopt(const OwnedStream& owned) noexcept {
  states_[owned.stream] = {.owned = owned,
                           .losses_told = losses_of(owned.stream),
                           .place = static_cast<uint32_t>(active_.size())};
  active_.push_back(owned.stream);
  files_ += owned.ended != nullptr ? 1 : 0;
}

void Segmenting::retire(State& state) noexcept {
  finish(state);
  files_ -= state.owned.ended != nullptr ? 1 : 0;
  const uint32_t last = active_.back();
  active_[state.place] = last;
  states_[last].place = state.place;
  active_.pop_back();
  state.owned = {};
}

void Segmenting::finish(State& state) noexcept {
  if (!state.finished) {
    state.owned.segmenter->finish();
    state.finished = true;
  }
}

uint64_t Segmenting::losses_of(uint32_t stream) const noexcept {
  uint64_t lost = 0;
  for (const Inlet& inlet : inlets_) {
    lost += inlet.losses->of(stream);
  }
  return lost;
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
    State& state = states_[mark.stream];
    if (state.owned.segmenter == nullptr) [[unlikely]] {
      stats_.drops.add(arena::Drop::kStreamRemoved);
      continue;
    }
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
  for (const uint32_t stream : active_) {
    State& state = states_[stream];
    const uint64_t lost = losses_of(stream);
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
  for (const uint32_t stream : active_) {
    const State& state = states_[stream];
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
  for (const uint32_t stream : active_) {
    const State& state = states_[stream];
    if (state.owned.follows_clock && !state.finished) {
      state.owned.segmenter->tick(utc_ns);
    }
  }
}

void Segmenting::finish_ended() noexcept {
  if (files_ == 0) {
    return;
  }
  for (const uint32_t stream : active_) {
    State& state = states_[stream];
    if (state.finished || state.owned.ended == nullptr ||
        !state.owned.ended->load(std::memory_order_acquire)) {
      continue;
    }
    // What it sent before it ended is in the rings by now, if anything is.
    const bool drained = std::all_of(inlets_.begin(), inlets_.end(), [](const Inlet& inlet) {
      return ::rte_ring_empty(inlet.ring) != 0;
    });
    if (drained) {
      finish(state);
    }
  }
}

void Segmenting::finish() noexcept {
  for (const uint32_t stream : active_) {
    finish(states_[stream]);
  }
}

}  // namespace sluice::lcore
