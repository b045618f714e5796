#include "dataplane/net/kernel_membership.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "dataplane/net/socket_address.h"

namespace sluice::net {
namespace {

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

enum class Change { kJoin, kLeave };

/// The protocol-independent calls of RFC 3678. @return 0 or an errno
int change(Change change, int fd, unsigned interface, const Group& group) {
  const int level = group.address.is_v4() ? IPPROTO_IP : IPPROTO_IPV6;
  const bool joins = change == Change::kJoin;
  int outcome;
  if (group.source.is_none()) {
    group_req request{};
    request.gr_interface = interface;
    request.gr_group = SocketAddress::of(group.address).storage;
    outcome = ::setsockopt(fd, level, joins ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP, &request,
                           sizeof request);
  } else {
    group_source_req request{};
    request.gsr_interface = interface;
    request.gsr_group = SocketAddress::of(group.address).storage;
    request.gsr_source = SocketAddress::of(group.source).storage;
    outcome = ::setsockopt(fd, level, joins ? MCAST_JOIN_SOURCE_GROUP : MCAST_LEAVE_SOURCE_GROUP,
                           &request, sizeof request);
  }
  return outcome == 0 ? 0 : errno;
}

}  // namespace

Status KernelMembership::want(std::vector<Group> groups) {
  std::erase_if(
      groups, [](const Group& group) { return group.vlan != 0 || !group.address.is_multicast(); });
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  wanted_ = std::move(groups);

  for (auto at = joined_.begin(); at != joined_.end();) {
    if (std::binary_search(wanted_.begin(), wanted_.end(), at->first)) {
      ++at;
    } else {
      leave(at->first, at->second);
      at = joined_.erase(at);
    }
  }
  index_ = joined_.empty() ? ::if_nametoindex(interface_.c_str()) : index_;
  if (index_ == 0) {
    return fail(system_error("cannot join multicast groups on " + interface_, errno));
  }
  Status outcome;
  for (const Group& group : wanted_) {
    if (joined_.contains(group)) {
      continue;
    }
    if (auto joined = join(index_, group); !joined && outcome) {
      outcome = joined;
    }
  }
  return outcome;
}

Status KernelMembership::join(unsigned index, const Group& group) {
  const bool v4 = group.address.is_v4();
  for (auto socket = sockets_.begin(); socket != sockets_.end(); ++socket) {
    if (socket->v4 != v4 || socket->full) {
      continue;
    }
    const int failure = change(Change::kJoin, socket->fd, index, group);
    if (failure == 0) {
      ++socket->groups;
      joined_.emplace(group, socket);
      return {};
    }
    socket->full = failure == ENOBUFS || failure == ENOMEM;
  }
  const int fd = open_socket(v4 ? AF_INET : AF_INET6);
  if (fd < 0) {
    return fail(system_error("cannot open a socket for multicast groups", errno));
  }
  if (const int failure = change(Change::kJoin, fd, index, group); failure != 0) {
    ::close(fd);
    return fail(system_error(
        "cannot join multicast group " + group.address.str() + " on " + interface_, failure));
  }
  sockets_.push_front({.fd = fd, .v4 = v4, .groups = 1});
  joined_.emplace(group, sockets_.begin());
  return {};
}

void KernelMembership::leave(const Group& group, Sockets::iterator socket) {
  change(Change::kLeave, socket->fd, index_, group);
  socket->full = false;
  if (--socket->groups == 0) {
    ::close(socket->fd);
    sockets_.erase(socket);
  }
}

Status KernelMembership::rejoin() {
  close_all();
  return want(std::vector<Group>(wanted_));
}

void KernelMembership::close_all() {
  for (const Socket& socket : sockets_) {
    ::close(socket.fd);
  }
  sockets_.clear();
  joined_.clear();
}

KernelMembership::~KernelMembership() {
  close_all();
}

}  // namespace sluice::net
