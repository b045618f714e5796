#pragma once

#include <sys/socket.h>

#include <cstdint>

#include "dataplane/net/ip_address.h"

namespace sluice::net {

/// An address as the kernel's sockets take it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  /// @param scope  index of the interface for a link-local IPv6 address; 0 = none
  static SocketAddress of(const IpAddress& address, uint16_t port = 0, unsigned scope = 0) noexcept;

  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
};

}  // namespace sluice::net
