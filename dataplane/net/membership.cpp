#include "dataplane/net/membership.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sluice::net {
namespace {

sockaddr_storage to_sockaddr(const IpAddress& address) {
  sockaddr_storage storage{};
  if (address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, address.bytes().data() + 12, 4);
    std::memcpy(&storage, &v4, sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, address.bytes().data(), 16);
    std::memcpy(&storage, &v6, sizeof v6);
  }
  return storage;
}

int open_socket(int family) {
  const int fd = ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0) {
    // Without a port nothing can arrive; this only says so twice.
    const int off = 0;
    const int least = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
    if (family == AF_INET) {
      ::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof off);
    } else {
      ::setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, &off, sizeof off);
    }
  }
  return fd;
}

/// The protocol-independent calls of RFC 3678. @return 0 or an errno
int join_on(int fd, unsigned interface, const Group& group) {
  const int level = group.address.is_v4() ? IPPROTO_IP : IPPROTO_IPV6;
  int outcome;
  if (group.source.is_none()) {
    group_req request{};
    request.gr_interface = interface;
    request.gr_group = to_sockaddr(group.address);
    outcome = ::setsockopt(fd, level, MCAST_JOIN_GROUP, &request, sizeof request);
  } else {
    group_source_req request{};
    request.gsr_interface = interface;
    request.gsr_group = to_sockaddr(group.address);
    request.gsr_source = to_sockaddr(group.source);
    outcome = ::setsockopt(fd, level, MCAST_JOIN_SOURCE_GROUP, &request, sizeof request);
  }
  return outcome == 0 ? 0 : errno;
}

}  // namespace

Result<Memberships> Memberships::join(const std::string& interface, std::vector<Group> groups) {
  const unsigned index = ::if_nametoindex(interface.c_str());
  if (index == 0) {
    return fail(system_error("cannot join multicast groups on " + interface, errno));
  }
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());

  Memberships memberships;
  int fd = -1;
  int family = AF_UNSPEC;
  for (const Group& group : groups) {
    if (!group.address.is_multicast()) {
      continue;
    }
    const int wanted = group.address.is_v4() ? AF_INET : AF_INET6;
    int failure = wanted == family ? join_on(fd, index, group) : ENOBUFS;
    if (failure != 0) {
      // The socket is full, of the other family, or has the group from other sources: take another.
      fd = open_socket(wanted);
      if (fd < 0) {
        return fail(system_error("cannot open a socket for multicast groups", errno));
      }
      family = wanted;
      memberships.sockets_.push_back(fd);
      failure = join_on(fd, index, group);
    }
    if (failure != 0) {
      return fail(system_error(
          "cannot join multicast group " + group.address.str() + " on " + interface, failure));
    }
  }
  return memberships;
}

Memberships::~Memberships() {
  for (const int fd : sockets_) {
    ::close(fd);
  }
}

}  // namespace sluice::net
