#include "dataplane/lcore/outlets.h"

#include <algorithm>

#include "dataplane/source/mark.h"

namespace sluice::lcore {

Outlets::Outlets(const std::vector<rte_ring*>& rings, const StreamLanes& lanes) : lane_of_(lanes) {
  for (rte_ring* ring : rings) {
    lanes_.push_back({.ring = ring, .mbufs = {}});
  }
}

void Outlets::push(rte_mbuf* mbuf, arena::PortStats& stats) noexcept {
  Lane& lane = lanes_[lane_of_.of(source::mark_of(mbuf).stream)];
  lane.mbufs[lane.staged++] = mbuf;
  if (lane.staged == lane.mbufs.size()) {
    flush(lane, stats);
  }
}

void Outlets::flush(arena::PortStats& stats) noexcept {
  for (Lane& lane : lanes_) {
    if (lane.staged > 0) {
      flush(lane, stats);
    }
  }
}

void Outlets::flush(Lane& lane, arena::PortStats& stats) noexcept {
  const unsigned sent = ::rte_ring_sp_enqueue_burst(
      lane.ring, reinterpret_cast<void* const*>(lane.mbufs.data()), lane.staged, nullptr);
  if (sent < lane.staged) {
    for (unsigned i = sent; i < lane.staged; ++i) {
      losses_.add(source::mark_of(lane.mbufs[i]).stream);
    }
    stats.drops.add(arena::Drop::kRingFull, lane.staged - sent);
    ::rte_pktmbuf_free_bulk(lane.mbufs.data() + sent, lane.staged - sent);
  }
  lane.staged = 0;
}

bool Outlets::calm() const noexcept {
  constexpr unsigned kShallow = 256;
  return std::all_of(lanes_.begin(), lanes_.end(),
                     [](const Lane& lane) { return ::rte_ring_count(lane.ring) < kShallow; });
}

}  // namespace sluice::lcore
