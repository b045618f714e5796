#pragma once

namespace sluice::source {

/// Keeps the kernel from reassembling what DPDK's af_packet driver receives: that driver asks for
/// it whenever it makes a device, and cannot be told not to. The kernel's reassembly knows no VLAN,
/// counts what it loses nowhere that we see, and hands over datagrams that are longer than a slot
/// of the driver's ring, which then cuts them. Our own does better. Before any such device is made.
void leave_fragments_to_us();

}  // namespace sluice::source
