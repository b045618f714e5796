#pragma once

#include "config/load.h"

namespace sluice::config {

/// Completes a dataplane that is to use DPDK and names neither ports nor EAL arguments: with
/// net_af_packet on `interface`, or on the one that the first group is routed to. Needs no huge
/// pages and leaves the machine's other NICs alone. Without streams from the network there is no
/// port.
Status choose_port(Appliance& appliance, const RouteLookup& route);

}  // namespace sluice::config
