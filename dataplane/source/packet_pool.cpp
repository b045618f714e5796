#include "dataplane/source/packet_pool.h"

#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>

#include "config/base/units.h"
#include "dataplane/source/mark.h"

namespace sluice::source {
namespace {

constexpr unsigned kCache = 256;

constexpr unsigned kLargeBuffers = 512;      // 40 ms of datagrams of 47 TS packets at 1 Gbit/s
constexpr uint16_t kLargeRoom = UINT16_MAX;  // with the headroom, which is not kept free in these

uint16_t data_room(uint32_t frame_bytes) {
  return static_cast<uint16_t>(frame_bytes + RTE_PKTMBUF_HEADROOM);
}

/// A pool lays no buffer across the border of two pages, unless it is longer than one: then it
/// begins with a page. Those of 4 KiB, where there are no huge ones, waste most.
uint64_t pool_bytes(uint64_t buffers, uint64_t room) {
  constexpr uint64_t kPage = 4096;
  const uint64_t each = sizeof(rte_mbuf) + room + RTE_CACHE_LINE_SIZE * 3;
  return buffers * (each <= kPage ? kPage / (kPage / each) : (each + kPage - 1) / kPage * kPage);
}

}  // namespace

Status reserve_mark() {
  static constexpr rte_mbuf_dynfield kField{
      .name = "sluice_mark", .size = sizeof(Mark), .align = alignof(Mark), .flags = 0};
  mark_offset = ::rte_mbuf_dynfield_register(&kField);
  if (mark_offset < 0) {
    return fail("DPDK has no room for our mark in its packet buffers: " +
                std::string(::rte_strerror(rte_errno)));
  }
  return {};
}

uint64_t PoolSpec::bytes() const {
  return pool_bytes(mbufs, data_room(frame_bytes));
}

namespace {

/// What rte_pktmbuf_pool_create does, which takes no flags.
bool populate(rte_mempool& pool) {
  if (::rte_mempool_set_ops_byname(&pool, ::rte_mbuf_best_mempool_ops(), nullptr) != 0) {
    return false;
  }
  ::rte_pktmbuf_pool_init(&pool, nullptr);
  if (::rte_mempool_populate_default(&pool) < 0) {
    return false;
  }
  ::rte_mempool_obj_iter(&pool, ::rte_pktmbuf_init, nullptr);
  return true;
}

}  // namespace

Result<PacketPool> make_pool(const PoolSpec& spec, const std::string& name) {
  if (auto reserved = reserve_mark(); !reserved) {
    return fail(reserved.error());
  }
  PacketPool pool(::rte_mempool_create_empty(
      name.c_str(), spec.mbufs, sizeof(rte_mbuf) + data_room(spec.frame_bytes), kCache,
      sizeof(rte_pktmbuf_pool_private), SOCKET_ID_ANY,
      spec.frame_bytes == kPageFrameBytes ? RTE_MEMPOOL_F_NO_SPREAD : 0));
  if (!pool || !populate(*pool)) {
    return fail("no memory for " + std::to_string(spec.mbufs) + " packet buffers, " +
                format_size(spec.bytes()) + ": " + ::rte_strerror(rte_errno));
  }
  return pool;
}

Result<PacketPool> make_large_pool() {
  PacketPool pool(
      ::rte_pktmbuf_pool_create("sluice_large", kLargeBuffers, 0, 0, kLargeRoom, SOCKET_ID_ANY));
  if (!pool) {
    return fail("no memory for " + std::to_string(kLargeBuffers) + " large packet buffers, " +
                format_size(large_pool_bytes()) + ": " + ::rte_strerror(rte_errno));
  }
  return pool;
}

uint64_t large_pool_bytes() {
  return pool_bytes(kLargeBuffers, kLargeRoom);
}

}  // namespace sluice::source
