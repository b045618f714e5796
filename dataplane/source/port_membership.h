#pragma once

#include <rte_mempool.h>

#include <memory>

#include "config/base/result.h"
#include "dataplane/net/membership.h"
#include "dataplane/source/dpdk_port.h"
#include "dataplane/source/input_plan.h"

namespace sluice::source {

/// Who keeps the groups of an input, which is open already:
/// - an interface whose queries reach the kernel (af_packet, libpcap): the kernel for untagged
///   groups, we for those in VLANs, of which the kernel may have no interface;
/// - one whose queries don't (af_xdp): we, through a raw socket;
/// - every other DPDK port: we, through the port.
/// @param port  of driver dpdk, else null; outlives what is returned
Result<std::unique_ptr<net::Membership>> keep_groups(const InputPlan& input, const DpdkPort* port,
                                                     rte_mempool* pool);

}  // namespace sluice::source
