#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "config/base/digest.h"
#include "config/base/result.h"
#include "dataplane/net/ip_address.h"
#include "tools/gen/options.h"

namespace sluice::gen {

/// Where a channel's datagrams go.
struct Destination {
  net::IpAddress address;
  uint16_t port = 0;
};

/// One datagram on its way. The bytes are valid until `send` returns.
struct Outgoing {
  uint32_t channel = 0;
  Bytes payload;
};

/// A way onto the network. One thread.
class Outlet {
 public:
  virtual ~Outlet() = default;

  /// Sends datagrams in order, waiting where the network makes it wait.
  /// @return how many did not leave
  virtual size_t send(std::span<const Outgoing> datagrams) = 0;
  /// The most datagrams that are worth handing over at once.
  static constexpr size_t kBatch = 64;
};

/// UDP sockets of the kernel (sendmmsg).
Result<std::unique_ptr<Outlet>> open_sockets(const Options& options,
                                             std::vector<Destination> channels);
/// Ethernet frames of our own making through a packet socket: with VLAN tags.
Result<std::unique_ptr<Outlet>> open_frames(const Options& options,
                                            const std::vector<Destination>& channels);
/// Ethernet frames of our own making through a DPDK port.
Result<std::unique_ptr<Outlet>> open_dpdk(const Options& options,
                                          const std::vector<Destination>& channels);

}  // namespace sluice::gen
