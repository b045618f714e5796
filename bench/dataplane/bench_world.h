#pragma once

#include <rte_mbuf.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "dataplane/source/eal.h"
#include "dataplane/source/packet_pool.h"

namespace sluice::bench {

/// EAL and packet buffers for the benches of one process.
class BenchWorld {
 public:
  /// Starts EAL on this CPU and makes a pool. Ends the process with a message if it cannot.
  /// @param frame_bytes  the longest frame that a buffer takes
  BenchWorld(uint32_t mbufs, uint32_t frame_bytes);

  rte_mempool* pool() const { return pool_.get(); }
  /// Every buffer of the pool, in an order that no prefetcher foresees.
  std::vector<rte_mbuf*> take_all(uint32_t count) const;

 private:
  std::optional<source::Eal> eal_;
  source::PacketPool pool_;
};

/// The size of the last-level cache in bytes.
uint64_t last_level_cache();

}  // namespace sluice::bench
