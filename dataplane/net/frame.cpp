#include "dataplane/net/frame.h"

#include <algorithm>

namespace sluice::net {
namespace {

using arena::Drop;

constexpr uint16_t kEtherTypeIpv4 = 0x0800;
constexpr uint16_t kEtherTypeIpv6 = 0x86dd;
constexpr uint16_t kEtherTypeVlan = 0x8100;
constexpr uint16_t kEtherTypeServiceVlan = 0x88a8;
constexpr uint16_t kEtherTypeOldQinq = 0x9100;

constexpr uint8_t kProtocolIgmp = 2;
constexpr uint8_t kProtocolUdp = 17;
constexpr uint8_t kProtocolIcmpv6 = 58;
constexpr uint8_t kHopByHop = 0;
constexpr uint8_t kRouting = 43;
constexpr uint8_t kFragmentHeader = 44;
constexpr uint8_t kAuthentication = 51;
constexpr uint8_t kDestinationOptions = 60;

constexpr size_t kEthernetHeader = 14;
constexpr size_t kVlanTag = 4;
constexpr size_t kIpv4Header = 20;
constexpr size_t kIpv6Header = 40;
constexpr size_t kUdpHeader = 8;

uint16_t u16(Bytes bytes, size_t at) noexcept {
  return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

void broken(Frame& frame, Drop reason) noexcept {
  frame.kind = FrameKind::kBroken;
  frame.drop = reason;
}

/// RFC 1071: over a sound header, the checksum field included, the sum is all ones.
bool checksum_holds(Bytes header) noexcept {
  uint32_t sum = 0;
  for (size_t at = 0; at < header.size(); at += 2) {
    sum += u16(header, at);
  }
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return sum == 0xffff;
}

/// @param at, end  the IP packet
void take_membership(Bytes bytes, size_t at, size_t end, Frame& frame) noexcept {
  if (end <= bytes.size() && end - at <= UINT16_MAX) {
    frame.kind = FrameKind::kMembership;
    frame.payload_offset = static_cast<uint32_t>(at);
    frame.payload_length = static_cast<uint16_t>(end - at);
  }
}

/// The types of ICMPv6 that are MLD (RFC 2710, 3; RFC 3810, 5).
bool is_mld(uint8_t type) noexcept {
  constexpr uint8_t kQuery = 130;
  constexpr uint8_t kReport = 131;
  constexpr uint8_t kDone = 132;
  constexpr uint8_t kVersion2Report = 143;
  return type == kQuery || type == kReport || type == kDone || type == kVersion2Report;
}

/// @param end  where the IP packet ends by its own account, maybe behind the end of the frame
void parse_udp(Bytes bytes, size_t at, size_t end, Frame& frame) noexcept {
  if (end - at < kUdpHeader) {
    return broken(frame, Drop::kBadUdpLength);
  }
  if (end > bytes.size()) {
    return broken(frame, Drop::kTruncated);
  }
  const size_t length = u16(bytes, at + 4);
  if (length < kUdpHeader || length > end - at) {
    return broken(frame, Drop::kBadUdpLength);
  }
  if (length == kUdpHeader) {
    return broken(frame, Drop::kBadUdpPayload);
  }
  frame.kind = FrameKind::kDatagram;
  frame.port = u16(bytes, at + 2);
  frame.payload_offset = static_cast<uint32_t>(at + kUdpHeader);
  frame.payload_length = static_cast<uint16_t>(length - kUdpHeader);
}

void parse_ipv4(Bytes bytes, size_t at, Frame& frame) noexcept {
  const size_t room = bytes.size() - at;
  if (room < kIpv4Header) {
    return broken(frame, Drop::kTruncated);
  }
  const size_t header = (bytes[at] & 0x0fU) * 4;
  const size_t total = u16(bytes, at + 2);
  if (bytes[at] >> 4 != 4 || header < kIpv4Header || total < header) {
    return broken(frame, Drop::kBadIpHeader);
  }
  if (room < header) {
    return broken(frame, Drop::kTruncated);
  }
  if (!checksum_holds(bytes.subspan(at, header))) {
    return broken(frame, Drop::kBadIpChecksum);
  }
  frame.addressed = true;
  frame.source = IpAddress::v4(&bytes[at + 12]);
  frame.destination = IpAddress::v4(&bytes[at + 16]);
  constexpr uint16_t kMoreFragmentsAndOffset = 0x3fff;
  const bool fragment = (u16(bytes, at + 6) & kMoreFragmentsAndOffset) != 0;
  if (bytes[at + 9] == kProtocolIgmp && !fragment) {
    return take_membership(bytes, at, at + total, frame);
  }
  if (bytes[at + 9] != kProtocolUdp) {
    return;
  }
  if (fragment) {
    return broken(frame, Drop::kFragment);
  }
  parse_udp(bytes, at + header, at + total, frame);
}

/// Length of an IPv6 extension header that begins at `at`; 0 = `type` is none that we walk past.
size_t extension_length(Bytes bytes, size_t at, uint8_t type) noexcept {
  switch (type) {
    case kHopByHop:
    case kRouting:
    case kDestinationOptions:
      return 8 + bytes[at + 1] * size_t{8};
    case kFragmentHeader:
      return 8;
    case kAuthentication:
      return 8 + bytes[at + 1] * size_t{4};  // RFC 4302, 2.2
    default:
      return 0;
  }
}

bool is_extension(uint8_t type) noexcept {
  return type == kHopByHop || type == kRouting || type == kDestinationOptions ||
         type == kFragmentHeader || type == kAuthentication;
}

void parse_ipv6(Bytes bytes, size_t at, Frame& frame) noexcept {
  if (bytes.size() - at < kIpv6Header) {
    return broken(frame, Drop::kTruncated);
  }
  if (bytes[at] >> 4 != 6) {
    return broken(frame, Drop::kBadIpHeader);
  }
  frame.addressed = true;
  frame.source = IpAddress::v6(&bytes[at + 8]);
  frame.destination = IpAddress::v6(&bytes[at + 24]);
  const size_t packet = at;
  const size_t end = at + kIpv6Header + u16(bytes, at + 4);
  uint8_t next = bytes[at + 6];
  const bool hop_by_hop = next == kHopByHop;
  at += kIpv6Header;
  bool fragment = false;
  while (is_extension(next)) {
    if (end - at < 8) {
      return broken(frame, Drop::kBadIpHeader);
    }
    if (bytes.size() < at + 8) {
      return broken(frame, Drop::kTruncated);
    }
    const size_t length = extension_length(bytes, at, next);
    if (length > end - at) {
      return broken(frame, Drop::kBadIpHeader);
    }
    // An atomic fragment is a whole datagram (RFC 6946): offset and M flag are 0.
    if (next == kFragmentHeader && (u16(bytes, at + 2) & 0xfff9) != 0) {
      fragment = true;
    }
    next = bytes[at];
    at += length;
    if (fragment) {
      break;
    }
    if (at > bytes.size()) {
      return broken(frame, Drop::kTruncated);
    }
  }
  if (fragment && (next == kProtocolUdp || is_extension(next))) {
    return broken(frame, Drop::kFragment);
  }
  if (!fragment && next == kProtocolUdp) {
    parse_udp(bytes, at, end, frame);
  }
  // MLD without a router alert option, which a hop-by-hop header carries, is none (RFC 3810, 6.2).
  if (!fragment && hop_by_hop && next == kProtocolIcmpv6 && at < std::min(end, bytes.size()) &&
      is_mld(bytes[at])) {
    take_membership(bytes, packet, end, frame);
  }
}

}  // namespace

Frame parse_frame(Bytes bytes, uint16_t stripped_vlan) noexcept {
  constexpr uint16_t kVlanIdentifier = 0x0fff;
  Frame frame;
  frame.vlan = stripped_vlan & kVlanIdentifier;
  if (bytes.size() < kEthernetHeader) {
    broken(frame, Drop::kBadEthernet);
    return frame;
  }
  size_t at = kEthernetHeader;
  uint16_t type = u16(bytes, at - 2);
  for (int tags = 0; tags < 2 && (type == kEtherTypeVlan || type == kEtherTypeServiceVlan ||
                                  type == kEtherTypeOldQinq);
       ++tags) {
    if (bytes.size() < at + kVlanTag) {
      broken(frame, Drop::kBadEthernet);
      return frame;
    }
    frame.vlan = u16(bytes, at) & kVlanIdentifier;
    type = u16(bytes, at + 2);
    at += kVlanTag;
  }
  if (type == kEtherTypeIpv4) {
    parse_ipv4(bytes, at, frame);
  } else if (type == kEtherTypeIpv6) {
    parse_ipv6(bytes, at, frame);
  }
  return frame;
}

}  // namespace sluice::net
