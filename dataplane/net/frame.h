#pragma once

#include <cstdint>

#include "config/base/digest.h"
#include "dataplane/net/ip_address.h"
#include "storage/arena/drop.h"

namespace sluice::net {

/// What a frame turned out to be.
enum class FrameKind : uint8_t {
  kDatagram,    ///< a whole UDP datagram
  kMembership,  ///< IGMP, or MLD behind a hop-by-hop header: for whoever keeps the groups
  kOther,       ///< sound, but none of these: nobody's
  kBroken,      ///< to be dropped, for the reason in `drop`
};

/// An Ethernet frame, parsed. The payload is frame[payload_offset, payload_offset +
/// payload_length): padding behind the IP packet (short frames are padded to 60 bytes) and an FCS
/// are left out. Of kDatagram it is what UDP carries, of kMembership the IP packet, whose header
/// has a say there.
struct Frame {
  FrameKind kind = FrameKind::kOther;
  arena::Drop drop{};      ///< of kBroken
  bool addressed = false;  ///< `source` and `destination` are known; always so for kDatagram
  uint16_t vlan = 0;       ///< of the innermost tag; 0 = untagged or priority-tagged
  uint16_t port = 0;       ///< destination port, of kDatagram
  uint16_t payload_length = 0;
  uint32_t payload_offset = 0;
  IpAddress source;
  IpAddress destination;
};

/// Parses Ethernet II with up to two VLAN tags (IEEE 802.1Q, 802.1ad), IPv4 (RFC 791) or IPv6 with
/// extension headers (RFC 8200), and UDP (RFC 768). Reads no byte outside the frame. UDP checksums
/// are not verified: the NIC or the virtual link leaves them undone. Pure, thread-safe.
/// @param stripped_vlan  the tag's VLAN identifier if the driver took it out of the frame, or 0
Frame parse_frame(Bytes frame, uint16_t stripped_vlan = 0) noexcept;

}  // namespace sluice::net
