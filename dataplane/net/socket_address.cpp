#include "dataplane/net/socket_address.h"

#include <netinet/in.h>

#include <cstring>

namespace sluice::net {

SocketAddress SocketAddress::of(const IpAddress& address, uint16_t port, unsigned scope) noexcept {
  SocketAddress made;
  if (address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, address.bytes().data() + 12, sizeof v4.sin_addr);
    std::memcpy(&made.storage, &v4, made.size = sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    v6.sin6_scope_id = scope;
    std::memcpy(&v6.sin6_addr, address.bytes().data(), sizeof v6.sin6_addr);
    std::memcpy(&made.storage, &v6, made.size = sizeof v6);
  }
  return made;
}

}  // namespace sluice::net
