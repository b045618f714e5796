#pragma once

#include <rte_mbuf.h>
#include <rte_ring.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "dataplane/lcore/stream_lanes.h"
#include "storage/arena/stats.h"

namespace sluice::lcore {

inline constexpr size_t kBurst = 32;

struct FreeRing {
  void operator()(rte_ring* ring) const { ::rte_ring_free(ring); }
};
/// Single producer, single consumer.
using Ring = std::unique_ptr<rte_ring, FreeRing>;

/// Datagrams that one receiving lcore dropped because a ring was full, by stream: their segmenter
/// marks the gap. One writer, any reader.
class LossBoard {
 public:
  LossBoard() : by_stream_(new arena::Counter[kMostIndices]()) {}

  void add(uint32_t stream) noexcept {
    by_stream_[stream].add();
    total_.add();
  }
  uint64_t total() const noexcept { return total_.get(); }
  uint64_t of(uint32_t stream) const noexcept { return by_stream_[stream].get(); }

 private:
  arena::Counter total_{};
  std::unique_ptr<arena::Counter[]> by_stream_;
};

/// One receiving lcore's ways out: a ring to each segmenting lcore. Mbufs are staged and go out in
/// bulk. Belongs to that lcore.
class Outlets {
 public:
  /// @param rings  to each segmenting lcore, not owned
  /// @param lanes  which of them serves a stream; outlives this
  Outlets(const std::vector<rte_ring*>& rings, const StreamLanes& lanes);

  /// Takes an mbuf whose mark names its stream.
  void push(rte_mbuf* mbuf, arena::PortStats& stats) noexcept;
  /// Sends what is staged; what does not fit is freed and counted.
  void flush(arena::PortStats& stats) noexcept;

  /// Whether the segmenters keep up, so that a source that can wait need not.
  bool calm() const noexcept;

  const LossBoard& losses() const noexcept { return losses_; }

 private:
  struct Lane {
    rte_ring* ring;
    unsigned staged = 0;
    std::array<rte_mbuf*, kBurst> mbufs;
  };
  void flush(Lane& lane, arena::PortStats& stats) noexcept;

  std::vector<Lane> lanes_;
  const StreamLanes& lane_of_;
  LossBoard losses_;
};

}  // namespace sluice::lcore
