#pragma once

#include <rte_mempool.h>

#include <cstdint>
#include <memory>
#include <string>

#include "config/base/result.h"

namespace sluice::source {

/// The frame size at which a packet buffer with its administration fills a page of 4 KiB exactly.
/// DPDK's af_xdp driver takes the pool's memory to be as long as its buffers together, and gives
/// the kernel no more than that. Only buffers of this size leave no gaps at the ends of pages.
inline constexpr uint32_t kPageFrameBytes = 4096 - 64 - 128 - 128;

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
/// The pool that sources fill from. All mbufs are to be back before it goes.
using PacketPool = std::unique_ptr<rte_mempool, FreePool>;

/// Makes the pool, and reserves room for a Mark in every mbuf. After EAL is up.
Result<PacketPool> make_pool(const PoolSpec& spec, const std::string& name = "sluice");

/// Makes the pool of large buffers, each for the longest datagram that IP can carry: what fragments
/// have been put together to and fits into no other buffer goes on in one of these. They are few,
/// and apart: datagrams that pile up in them keep no frame from being received.
Result<PacketPool> make_large_pool();
/// Bytes of memory that it takes.
uint64_t large_pool_bytes();

}  // namespace sluice::source
