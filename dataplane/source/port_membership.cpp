#include "dataplane/source/port_membership.h"

#include <random>

#include "dataplane/net/kernel_membership.h"
#include "dataplane/net/own_membership.h"
#include "dataplane/net/packet_socket.h"
#include "dataplane/net/split_membership.h"
#include "dataplane/source/port_outlet.h"

namespace sluice::source {
namespace {

std::unique_ptr<net::Membership> keep_through(std::unique_ptr<net::FrameOutlet> outlet) {
  return std::make_unique<net::OwnMembership>(std::move(outlet), std::random_device()());
}

}  // namespace

Result<std::unique_ptr<net::Membership>> keep_groups(const InputPlan& input, const DpdkPort* port,
                                                     rte_mempool* pool) {
  if (!input.interface) {
    return keep_through(std::make_unique<PortOutlet>(input.port, *port, pool));
  }
  auto socket = net::PacketSocket::open(
      {.interface = *input.interface,
       .address = input.port.address,
       .all_multicast = input.port.allmulticast == config::AllMulticast::kOn});
  if (!socket) {
    return fail(socket.error());
  }
  auto own = keep_through(std::move(*socket));
  if (!input.device.kernel_hears) {
    return own;
  }
  return std::make_unique<net::SplitMembership>(
      std::make_unique<net::KernelMembership>(*input.interface), std::move(own));
}

}  // namespace sluice::source
