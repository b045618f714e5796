#include "dataplane/lcore/membership_ring.h"

#include <rte_errno.h>

namespace sluice::lcore {

Result<MembershipRing> MembershipRing::create(const std::string& name) {
  constexpr unsigned kSlots = 256;  // a query for each group comes in bursts
  Ring ring(::rte_ring_create(name.c_str(), kSlots, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ));
  if (!ring) {
    return fail("no memory for the ring of IGMP and MLD frames: " +
                std::string(::rte_strerror(rte_errno)));
  }
  return MembershipRing(std::move(ring));
}

}  // namespace sluice::lcore
