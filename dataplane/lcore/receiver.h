#pragma once

#include <rte_mbuf.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>

#include "dataplane/lcore/membership_ring.h"
#include "dataplane/lcore/outlets.h"
#include "dataplane/lcore/room.h"
#include "dataplane/lcore/tsc_clock.h"
#include "dataplane/net/flow_table.h"
#include "dataplane/net/reassembler.h"
#include "dataplane/source/packet_source.h"
#include "storage/arena/stats.h"

namespace sluice::lcore {

/// What a receiver works with; all of it outlives the receiver.
struct ReceiverSpec {
  source::PacketSource& source;
  const std::atomic<const net::FlowTable*>& flows;  ///< may be exchanged while packets flow
  const TscClock& clock;
  const Room& room;  ///< sources that can wait do so while it is scarce
  arena::PortStats& stats;
  rte_mempool* pool;
  rte_mempool* large_pool;     ///< for datagrams that fit into no buffer of `pool`
  MembershipRing* membership;  ///< null where nobody keeps groups
};

/// What `net::parse_frame` takes of an mbuf.
inline Bytes frame_bytes(const rte_mbuf& mbuf) noexcept {
  return {rte_pktmbuf_mtod(&mbuf, const uint8_t*), mbuf.data_len};
}
/// The innermost of the tags that the driver has taken out; one that it left in is further in.
inline uint16_t stripped_vlan(const rte_mbuf& mbuf) noexcept {
  constexpr uint16_t kVlanIdentifier = 0x0fff;
  const bool outer = (mbuf.ol_flags & RTE_MBUF_F_RX_QINQ_STRIPPED) != 0;
  const bool inner = (mbuf.ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0;
  if (inner && (!outer || (mbuf.vlan_tci & kVlanIdentifier) != 0)) {
    return mbuf.vlan_tci;
  }
  return outer ? mbuf.vlan_tci_outer : 0;
}

/// Takes packets off one source, finds their streams and sends them on. Belongs to one lcore.
class Receiver {
 public:
  Receiver(const ReceiverSpec& spec, Outlets& outlets);

  /// One burst. @return packets taken
  size_t poll() noexcept;
  /// Nothing more will be polled: datagrams that still miss a fragment are lost.
  void finish() noexcept;
  bool ended() const noexcept { return spec_.source.ended(); }
  const source::Traits& traits() const noexcept { return spec_.source.traits(); }

 private:
  void take_frames(std::span<rte_mbuf*> mbufs) noexcept;
  void take_payloads(std::span<rte_mbuf*> mbufs) noexcept;
  void take_fragment(rte_mbuf* mbuf, const net::Frame& frame, const net::FlowTable& flows) noexcept;
  void take_reassembled(const net::Reassembler::Whole& whole, int64_t arrival_ns,
                        const net::FlowTable& flows) noexcept;
  void reject(const net::Frame& frame, const net::FlowTable& flows) noexcept;
  void give_up_late() noexcept;
  void count_lost() noexcept;
  rte_mbuf* buffer_of(Bytes payload) noexcept;
  bool deliver(rte_mbuf* mbuf, const net::Frame& frame, net::FlowTable::Rules rules) noexcept;

  ReceiverSpec spec_;
  Outlets& outlets_;
  std::optional<net::Reassembler> reassembler_;  // for sources of frames
};

}  // namespace sluice::lcore
