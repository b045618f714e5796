#pragma once

#include <rte_mbuf.h>

#include <atomic>
#include <cstdint>
#include <span>

#include "dataplane/lcore/membership_ring.h"
#include "dataplane/lcore/outlets.h"
#include "dataplane/lcore/room.h"
#include "dataplane/lcore/tsc_clock.h"
#include "dataplane/net/flow_table.h"
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
  MembershipRing* membership;  ///< null where nobody keeps groups
};

/// What `net::parse_frame` takes of an mbuf.
inline Bytes frame_bytes(const rte_mbuf& mbuf) noexcept {
  return {rte_pktmbuf_mtod(&mbuf, const uint8_t*), mbuf.data_len};
}
inline uint16_t stripped_vlan(const rte_mbuf& mbuf) noexcept {
  return (mbuf.ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0 ? mbuf.vlan_tci : 0;
}

/// Takes packets off one source, finds their streams and sends them on. Belongs to one lcore.
class Receiver {
 public:
  Receiver(const ReceiverSpec& spec, Outlets& outlets) : spec_(spec), outlets_(outlets) {}

  /// One burst. @return packets taken
  size_t poll() noexcept;
  bool ended() const noexcept { return spec_.source.ended(); }
  const source::Traits& traits() const noexcept { return spec_.source.traits(); }

 private:
  void take_frames(std::span<rte_mbuf*> mbufs) noexcept;
  void take_payloads(std::span<rte_mbuf*> mbufs) noexcept;
  bool deliver(rte_mbuf* mbuf, const net::Frame& frame, net::FlowTable::Rules rules) noexcept;

  ReceiverSpec spec_;
  Outlets& outlets_;
};

}  // namespace sluice::lcore
