#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/net/membership_message.h"

/// What the encodings of IGMP and MLD have in common.
namespace sluice::net::wire {

inline uint16_t get16(Bytes bytes, size_t at) noexcept {
  return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
void put16(std::vector<uint8_t>& to, size_t value);
/// 4 bytes of an IPv4 address, 16 of another.
void put_address(std::vector<uint8_t>& to, const IpAddress& address, bool v4);

/// The floating-point form of Max Resp Code and QQIC (RFC 3376, 4.1.1; RFC 3810, 5.1.3 and 5.1.9).
/// @param bits  8 or 16
unsigned from_code(unsigned code, unsigned bits) noexcept;

/// Deals records out to reports: at most `room` bytes of records in each.
/// @param address  bytes of an address: a record takes 4, and one for its group and each source
std::vector<std::vector<GroupRecord>> pack(std::span<const GroupRecord> records, size_t room,
                                           size_t address);

/// Appends records as both protocols have them (RFC 3376, 4.2; RFC 3810, 5.2).
void put_records(std::vector<uint8_t>& to, std::span<const GroupRecord> records, bool v4);

/// The Ethernet address of a multicast group (RFC 1112, 6.4; RFC 2464, 7).
MacAddress multicast_mac(const IpAddress& group) noexcept;

/// Puts an IP packet to a group into a frame, tagged if `vlan` is not 0, and padded.
std::vector<uint8_t> to_frame(const Station& from, const IpAddress& group, uint16_t vlan,
                              const std::vector<uint8_t>& packet);

}  // namespace sluice::net::wire
