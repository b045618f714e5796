#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "config/load.h"

namespace sluice::config {
namespace {

bool same_address(const sockaddr* a, const sockaddr_storage& b) {
  if (a == nullptr || a->sa_family != b.ss_family) {
    return false;
  }
  if (a->sa_family == AF_INET) {
    return std::memcmp(&reinterpret_cast<const sockaddr_in*>(a)->sin_addr,
                       &reinterpret_cast<const sockaddr_in*>(&b)->sin_addr, sizeof(in_addr)) == 0;
  }
  return a->sa_family == AF_INET6 &&
         std::memcmp(&reinterpret_cast<const sockaddr_in6*>(a)->sin6_addr,
                     &reinterpret_cast<const sockaddr_in6*>(&b)->sin6_addr, sizeof(in6_addr)) == 0;
}

/// The local address that the kernel would send from: connecting a datagram socket does the routing
/// and sends nothing.
Result<sockaddr_storage> local_address(const std::string& address) {
  sockaddr_storage to{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&to);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&to);
  if (::inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(9);
  } else if (::inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(9);
  }
  const int fd = ::socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return fail(system_error("no socket can be made", errno));
  }
  sockaddr_storage local{};
  socklen_t length = sizeof to;
  const bool routed = ::connect(fd, reinterpret_cast<const sockaddr*>(&to), length) == 0 &&
                      ::getsockname(fd, reinterpret_cast<sockaddr*>(&local), &length) == 0;
  const int error = errno;
  ::close(fd);
  if (!routed) {
    return fail(system_error("this machine has no route to " + address, error));
  }
  return local;
}

}  // namespace

Result<std::string> kernel_route(const std::string& address) {
  const auto local = local_address(address);
  if (!local) {
    return fail(local.error());
  }
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) {
    return fail(system_error("the interfaces cannot be listed", errno));
  }
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, ::freeifaddrs);
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (same_address(entry->ifa_addr, *local)) {
      return std::string(entry->ifa_name);
    }
  }
  return fail("no interface has the address from which " + address + " is reached");
}

}  // namespace sluice::config
