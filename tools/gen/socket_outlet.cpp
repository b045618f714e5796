#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "dataplane/net/socket_address.h"
#include "storage/object/unique_fd.h"
#include "tools/gen/outlet.h"

namespace sluice::gen {
namespace {

using net::SocketAddress;
using object::UniqueFd;

class SocketOutlet final : public Outlet {
 public:
  SocketOutlet(UniqueFd socket, std::vector<SocketAddress> channels)
      : socket_(std::move(socket)), channels_(std::move(channels)) {}

  size_t send(std::span<const Outgoing> datagrams) override {
    std::array<mmsghdr, kBatch> messages{};
    std::array<iovec, kBatch> pieces{};
    for (size_t i = 0; i < datagrams.size(); ++i) {
      SocketAddress& to = channels_[datagrams[i].channel];
      pieces[i] = {const_cast<uint8_t*>(datagrams[i].payload.data()), datagrams[i].payload.size()};
      messages[i].msg_hdr = {
          .msg_name = &to.storage, .msg_namelen = to.size, .msg_iov = &pieces[i], .msg_iovlen = 1};
    }
    size_t done = 0;
    size_t failed = 0;
    while (done < datagrams.size()) {
      const int sent = ::sendmmsg(socket_.get(), &messages[done],
                                  static_cast<unsigned>(datagrams.size() - done), 0);
      if (sent > 0) {
        done += static_cast<size_t>(sent);
      } else if (errno != EINTR) {
        ++failed;  // the first of them; the others have their own chance
        ++done;
      }
    }
    return failed;
  }

 private:
  UniqueFd socket_;
  std::vector<SocketAddress> channels_;
};

Status set_up(int socket, const Options& options, unsigned interface) {
  const bool v4 = options.to.is_v4();
  const int ttl = static_cast<int>(options.ttl);
  const int buffer = 4 << 20;
  ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  int code = 0;
  if (v4) {
    const ip_mreqn from{
        .imr_multiaddr = {}, .imr_address = {}, .imr_ifindex = static_cast<int>(interface)};
    code = ::setsockopt(socket, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl);
    if (code == 0 && interface != 0) {
      code = ::setsockopt(socket, IPPROTO_IP, IP_MULTICAST_IF, &from, sizeof from);
    }
  } else {
    code = ::setsockopt(socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &ttl, sizeof ttl);
    if (code == 0 && interface != 0) {
      code = ::setsockopt(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, &interface, sizeof interface);
    }
  }
  if (code != 0) {
    return fail(std::string("cannot set the socket up: ") + std::strerror(errno));
  }
  if (!options.from.is_none()) {
    const SocketAddress own = SocketAddress::of(options.from, 0, interface);
    if (::bind(socket, own.get(), own.size) != 0) {
      return fail("cannot send from " + options.from.str() + ": " + std::strerror(errno));
    }
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Outlet>> open_sockets(const Options& options,
                                             std::vector<Destination> channels) {
  unsigned interface = 0;
  if (!options.interface.empty()) {
    interface = ::if_nametoindex(options.interface.c_str());
    if (interface == 0) {
      return fail("there is no interface \"" + options.interface + "\"");
    }
  }
  UniqueFd socket(::socket(options.to.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) {
    return fail(std::string("cannot open a socket: ") + std::strerror(errno));
  }
  if (auto ready = set_up(socket.get(), options, interface); !ready) {
    return fail(ready.error());
  }
  std::vector<SocketAddress> addresses;
  for (const Destination& channel : channels) {
    addresses.push_back(SocketAddress::of(channel.address, channel.port, interface));
  }
  return std::make_unique<SocketOutlet>(std::move(socket), std::move(addresses));
}

}  // namespace sluice::gen
