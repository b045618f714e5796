#include "dataplane/net/frame.h"

#include <algorithm>
#include <optional>
#include <utility>

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

uint32_t u32(Bytes bytes, size_t at) noexcept {
  return uint32_t{u16(bytes, at)} << 16 | u16(bytes, at + 2);
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

/// @param end  as of parse_udp
void take_fragment(Bytes bytes, size_t at, size_t end, const Fragment& fragment,
                   Frame& frame) noexcept {
  if (end > bytes.size()) {
    return broken(frame, Drop::kTruncated);
  }
  frame.kind = FrameKind::kFragment;
  frame.fragment = fragment;
  frame.payload_offset = static_cast<uint32_t>(at);
  frame.payload_length = static_cast<uint16_t>(end - at);
}

void parse_ipv4(Bytes bytes, size_t at, Frame& frame) noexcept {
  const size_t room = bytes.size() - at;
  if (room < kIpv4Header) {
    return broken(frame, Drop::kTruncated);
  }
  const size_t header = (bytes[at] & size_t{0x0f}) * 4;
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
  constexpr uint16_t kMoreFragments = 0x2000;
  constexpr uint16_t kOffset = 0x1fff;  // in units of 8 bytes
  const uint16_t piece = u16(bytes, at + 6);
  const bool is_fragment = (piece & (kMoreFragments | kOffset)) != 0;
  if (bytes[at + 9] == kProtocolIgmp && !is_fragment) {
    return take_membership(bytes, at, at + total, frame);
  }
  if (bytes[at + 9] != kProtocolUdp) {
    return;
  }
  if (is_fragment) {
    return take_fragment(bytes, at + header, at + total,
                         {.identification = u16(bytes, at + 4),
                          .offset = static_cast<uint16_t>((piece & kOffset) * 8),
                          .more = (piece & kMoreFragments) != 0,
                          .next_header = kProtocolUdp},
                         frame);
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

/// Where the headers that IPv6 puts in front of its payload end.
struct Upper {
  uint8_t protocol;
  size_t at;
};

/// Walks past the extension headers of IPv6 that begin at `at`, the first of type `next`. Nothing
/// if they end in a fragment or are broken, which the frame then says, or in another's fragment.
std::optional<Upper> walk_extensions(Bytes bytes, size_t at, size_t end, uint8_t next,
                                     Frame& frame) noexcept {
  constexpr uint16_t kOffset = 0xfff8;
  constexpr uint16_t kMoreFragments = 1;
  while (is_extension(next)) {
    if (end - at < 8) {
      broken(frame, Drop::kBadIpHeader);
      return std::nullopt;
    }
    if (bytes.size() < at + 8) {
      broken(frame, Drop::kTruncated);
      return std::nullopt;
    }
    const size_t length = extension_length(bytes, at, next);
    if (length > end - at) {
      broken(frame, Drop::kBadIpHeader);
      return std::nullopt;
    }
    const uint8_t type = std::exchange(next, bytes[at]);
    const uint16_t piece = u16(bytes, at + 2);
    // Without offset and M flag, a fragment header stands before a whole datagram (RFC 6946).
    if (type == kFragmentHeader && (piece & (kOffset | kMoreFragments)) != 0) {
      if (next == kProtocolUdp || is_extension(next)) {
        take_fragment(bytes, at + length, end,
                      {.identification = u32(bytes, at + 4),
                       .offset = static_cast<uint16_t>(piece & kOffset),
                       .more = (piece & kMoreFragments) != 0,
                       .next_header = next},
                      frame);
      }
      return std::nullopt;
    }
    at += length;
    if (at > bytes.size()) {
      broken(frame, Drop::kTruncated);
      return std::nullopt;
    }
  }
  return Upper{next, at};
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
  const size_t end = at + kIpv6Header + u16(bytes, at + 4);
  const uint8_t next = bytes[at + 6];
  const auto upper = walk_extensions(bytes, at + kIpv6Header, end, next, frame);
  if (!upper) {
    return;
  }
  if (upper->protocol == kProtocolUdp) {
    return parse_udp(bytes, upper->at, end, frame);
  }
  // MLD without a router alert option, which a hop-by-hop header carries, is none (RFC 3810, 6.2).
  if (next == kHopByHop && upper->protocol == kProtocolIcmpv6 &&
      upper->at < std::min(end, bytes.size()) && is_mld(bytes[upper->at])) {
    take_membership(bytes, at, end, frame);
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
    // Identifier 0 gives a priority and leaves the VLAN to the tag around it, if there is one.
    if (const uint16_t vlan = u16(bytes, at) & kVlanIdentifier; vlan != 0) {
      frame.vlan = vlan;
    }
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

Frame parse_reassembled(Bytes whole, const Frame& first) noexcept {
  Frame frame;
  frame.addressed = true;
  frame.vlan = first.vlan;
  frame.source = first.source;
  frame.destination = first.destination;
  const auto upper = walk_extensions(whole, 0, whole.size(), first.fragment.next_header, frame);
  if (frame.kind == FrameKind::kFragment) {
    broken(frame, Drop::kFragment);  // cut twice, which no sender may do
  } else if (upper && upper->protocol == kProtocolUdp) {
    parse_udp(whole, upper->at, whole.size(), frame);
  }
  return frame;
}

}  // namespace sluice::net
