#include "tools/analyze/live_socket.h"

#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "dataplane/net/socket_address.h"

namespace sluice::tools::analyze {
namespace {

bool join(int fd, const sockaddr_storage& group, unsigned index, bool v4) {
  group_req request{};
  request.gr_interface = index;
  request.gr_group = group;
  const int off = 0;
  // Groups that others on this machine have joined on other interfaces are not ours.
  const bool own = v4 ? ::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof off) == 0
                      : ::setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, &off, sizeof off) == 0;
  return own && ::setsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, MCAST_JOIN_GROUP, &request,
                             sizeof request) == 0;
}

}  // namespace

Result<LiveSocket> LiveSocket::open(const net::IpAddress& address, uint16_t port,
                                    const std::string& interface) {
  const bool v4 = address.is_v4();
  const unsigned index = interface.empty() ? 0 : ::if_nametoindex(interface.c_str());
  if (!interface.empty() && index == 0) return fail("there is no interface " + interface);
  if (address.is_multicast() && index == 0) {
    return fail("which interface does " + address.str() + " come in on? Name it with -n");
  }
  object::UniqueFd fd(::socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto failed = [&](const std::string& what) { return fail(system_error(what, errno)); };
  if (fd.get() < 0) return failed("cannot make a socket");
  const int on = 1;
  const int room = 32 << 20;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Beyond net.core.rmem_max only for root; what is short shows as dropped.
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0) {
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  }
  ::setsockopt(fd.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
  const net::SocketAddress to = net::SocketAddress::of(address, port);
  if (::bind(fd.get(), to.get(), to.size) != 0) {
    return failed("cannot listen to " + address.str() + " port " + std::to_string(port));
  }
  if (address.is_multicast() && !join(fd.get(), to.storage, index, v4)) {
    return failed("cannot join " + address.str() + " on " + interface);
  }
  return LiveSocket(std::move(fd));
}

std::optional<LiveSocket::Datagram> LiveSocket::next() {
  constexpr int kPatienceMs = 100;
  iovec piece{buffer_.data(), buffer_.size()};
  alignas(cmsghdr) std::array<char, 256> control{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t length = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT);
  if (length < 0) {
    pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, kPatienceMs) <= 0) return {};
    length = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT);
    if (length < 0) return {};
  }
  Datagram datagram{Bytes(buffer_.data(), static_cast<size_t>(length)), 0};
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET) continue;
    if (c->cmsg_type == SCM_TIMESTAMPNS) {
      timespec time{};
      std::memcpy(&time, CMSG_DATA(c), sizeof time);
      datagram.arrival_ns = int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
    } else if (c->cmsg_type == SO_RXQ_OVFL) {
      uint32_t dropped = 0;
      std::memcpy(&dropped, CMSG_DATA(c), sizeof dropped);
      dropped_ = dropped;
    }
  }
  return datagram;
}

}  // namespace sluice::tools::analyze
