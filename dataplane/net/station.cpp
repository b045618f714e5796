#include "dataplane/net/station.h"

#include <algorithm>

namespace sluice::net {

Station station_of(const MacAddress& mac, unsigned mtu, std::span<const IpAddress> addresses) {
  constexpr unsigned kLeastMtu = 576;  // that every IPv4 host takes
  constexpr unsigned kMostMtu = 1500;  // that every switch takes for itself, jumbo frames or not
  Station station{.mac = mac, .v4 = {}, .v6 = {}, .mtu = std::clamp(mtu, kLeastMtu, kMostMtu)};
  for (const IpAddress& address : addresses) {
    if (address.is_v4() && station.v4.is_none()) {
      station.v4 = address;
    } else if (is_link_local(address) && station.v6.is_none()) {
      station.v6 = address;
    }
  }
  if (station.v6.is_none()) {
    station.v6 = link_local_address(mac);
  }
  return station;
}

IpAddress address_of(const std::string& network_address) {
  const auto address = IpAddress::parse(network_address.substr(0, network_address.find('/')));
  return address ? *address : IpAddress();
}

IpAddress link_local_address(const MacAddress& mac) noexcept {
  constexpr uint8_t kUniversal = 2;  // inverted in an address
  const uint8_t bytes[16] = {0xfe,   0x80,   0,
                             0,      0,      0,
                             0,      0,      static_cast<uint8_t>(mac[0] ^ kUniversal),
                             mac[1], mac[2], 0xff,
                             0xfe,   mac[3], mac[4],
                             mac[5]};
  return IpAddress::v6(bytes);
}

bool is_link_local(const IpAddress& address) noexcept {
  return address.bytes()[0] == 0xfe && (address.bytes()[1] & 0xc0) == 0x80;
}

}  // namespace sluice::net
