#pragma once

#include <rte_mempool.h>

#include <cstdint>
#include <memory>

#include "config/base/result.h"

namespace sluice::source {

/// How many packet buffers, for frames of which size.
struct PoolSpec {
  uint32_t mbufs = 0;
  uint32_t frame_bytes = 0;  ///< the longest frame that fits into one buffer

  /// Bytes of memory that the pool takes.
  uint64_t bytes() const;
};

struct FreePool {
  void operator()(rte_mempool* pool) const { ::rte_mempool_free(pool); }
};
/// The one pool that every source fills from. All mbufs are to be back before it goes.
using PacketPool = std::unique_ptr<rte_mempool, FreePool>;

/// Makes the pool, and reserves room for a Mark in every mbuf. After EAL is up.
Result<PacketPool> make_pool(const PoolSpec& spec);

}  // namespace sluice::source
