#include "dataplane/net/packet_socket.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "dataplane/net/station.h"

namespace sluice::net {
namespace {

IpAddress address_in(const sockaddr& any) {
  if (any.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &any, sizeof v4);
    uint8_t bytes[4];
    std::memcpy(bytes, &v4.sin_addr, sizeof bytes);
    return IpAddress::v4(bytes);
  }
  if (any.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &any, sizeof v6);
    return IpAddress::v6(v6.sin6_addr.s6_addr);
  }
  return {};
}

std::vector<IpAddress> addresses_of(const std::string& interface) {
  ifaddrs* list = nullptr;
  std::vector<IpAddress> addresses;
  if (::getifaddrs(&list) != 0) {
    return addresses;
  }
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> all(list, &::freeifaddrs);
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr != nullptr && interface == one->ifa_name) {
      addresses.push_back(address_in(*one->ifa_addr));
    }
  }
  return addresses;
}

}  // namespace

PacketSocket::PacketSocket(const PacketSocketSpec& spec)
    : interface_(spec.interface),
      address_(address_of(spec.address)),
      all_multicast_(spec.all_multicast) {}

Result<std::unique_ptr<PacketSocket>> PacketSocket::open(const PacketSocketSpec& spec) {
  std::unique_ptr<PacketSocket> socket(new PacketSocket(spec));
  if (auto opened = socket->reopen(); !opened) {
    return fail(opened.error());
  }
  return socket;
}

/// The socket stays: the right to open another may have been given up since.
Status PacketSocket::reopen() {
  const unsigned index = ::if_nametoindex(interface_.c_str());
  if (fd_ < 0 && index != 0) {
    // Protocol 0: it only sends.
    fd_ = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  }
  if (index == 0 || fd_ < 0) {
    return fail(system_error("cannot send IGMP and MLD on " + interface_, errno));
  }
  if (std::exchange(index_, index) == index) {
    return {};
  }
  if (auto admitted = admit_all(); !admitted) {
    return admitted;
  }
  return admit(std::exchange(admitted_, {}));
}

Status PacketSocket::admit_all() const {
  packet_mreq request{};
  request.mr_ifindex = static_cast<int>(index_);
  request.mr_type = PACKET_MR_ALLMULTI;
  if (all_multicast_ &&
      ::setsockopt(fd_, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request) != 0) {
    return fail(system_error("cannot have " + interface_ + " let all multicast in", errno));
  }
  return {};
}

Station PacketSocket::station() {
  ifreq request{};
  interface_.copy(request.ifr_name, IFNAMSIZ - 1);
  MacAddress mac{};
  if (::ioctl(fd_, SIOCGIFHWADDR, &request) == 0) {
    std::memcpy(mac.data(), request.ifr_hwaddr.sa_data, mac.size());
  }
  const unsigned mtu =
      ::ioctl(fd_, SIOCGIFMTU, &request) == 0 ? static_cast<unsigned>(request.ifr_mtu) : 0;
  std::vector<IpAddress> addresses = addresses_of(interface_);
  addresses.insert(addresses.begin(), address_);
  return station_of(mac, mtu, addresses);
}

void PacketSocket::send(Bytes frame) {
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(index_);
  to.sll_halen = ETH_ALEN;
  std::memcpy(to.sll_addr, frame.data(), ETH_ALEN);
  std::memcpy(&to.sll_protocol, frame.data() + offsetof(ether_header, ether_type),
              sizeof to.sll_protocol);
  static_cast<void>(::sendto(fd_, frame.data(), frame.size(), MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr*>(&to), sizeof to));
}

int PacketSocket::change_filter(int option, const MacAddress& group) const {
  packet_mreq request{};
  request.mr_ifindex = static_cast<int>(index_);
  request.mr_type = PACKET_MR_MULTICAST;
  request.mr_alen = ETH_ALEN;
  std::copy(group.begin(), group.end(), request.mr_address);
  return ::setsockopt(fd_, SOL_PACKET, option, &request, sizeof request) == 0 ? 0 : errno;
}

Status PacketSocket::admit(const std::set<MacAddress>& groups) {
  for (auto at = admitted_.begin(); at != admitted_.end();) {
    if (groups.contains(*at)) {
      ++at;
    } else {
      change_filter(PACKET_DROP_MEMBERSHIP, *at);
      at = admitted_.erase(at);
    }
  }
  Status outcome;
  for (const MacAddress& group : groups) {
    if (admitted_.contains(group)) {
      continue;
    }
    if (const int failure = change_filter(PACKET_ADD_MEMBERSHIP, group); failure == 0) {
      admitted_.insert(group);
    } else if (outcome) {
      outcome =
          fail(system_error("cannot have " + interface_ + " let a multicast group in", failure));
    }
  }
  return outcome;
}

PacketSocket::~PacketSocket() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

}  // namespace sluice::net
