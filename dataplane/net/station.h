#pragma once

#include <array>
#include <span>
#include <string>

#include "dataplane/net/ip_address.h"

namespace sluice::net {

using MacAddress = std::array<uint8_t, 6>;

/// Who speaks IGMP and MLD: a port, as others on its link see it.
struct Station {
  MacAddress mac{};
  IpAddress v4;  ///< none = 0.0.0.0, which reports may come from
  IpAddress v6;  ///< link-local; none = ::
  unsigned mtu = 1500;
};

/// The station of a port, which sends no jumbo frames of its own. Of its addresses the first that
/// fits is taken: the configured one, then its own. IPv6 has one in any case, made from the
/// Ethernet address: reports from :: are ignored by routers (RFC 3810, 5.2.13).
Station station_of(const MacAddress& mac, unsigned mtu, std::span<const IpAddress> addresses);

/// The address of a configured "10.1.2.3/24"; none of "".
IpAddress address_of(const std::string& network_address);

/// The link-local address that belongs to an Ethernet address (RFC 4291, appendix A).
IpAddress link_local_address(const MacAddress& mac) noexcept;
bool is_link_local(const IpAddress& address) noexcept;

}  // namespace sluice::net
