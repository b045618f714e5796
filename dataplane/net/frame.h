#pragma once

#include <cstdint>

#include "config/base/digest.h"
#include "dataplane/net/ip_address.h"
#include "storage/arena/drop.h"

namespace sluice::net {

/// What a frame turned out to be.
enum class FrameKind : uint8_t {
  kDatagram,    ///< a whole UDP datagram
  kFragment,    ///< a piece of a UDP datagram that IP has cut, for the Reassembler
  kMembership,  ///< IGMP, or MLD behind a hop-by-hop header: for whoever keeps the groups
  kOther,       ///< sound, but none of these: nobody's
  kBroken,      ///< to be dropped, for the reason in `drop`
};

/// Which piece of a datagram a fragment is (RFC 791, 3.2; RFC 8200, 4.5).
struct Fragment {
  uint32_t identification = 0;  ///< of the datagram, among those from its source to its destination
  uint16_t offset = 0;          ///< bytes of the datagram in front of this piece
  bool more = false;            ///< pieces follow
  uint8_t next_header = 0;      ///< of the datagram as a whole; binding in its first piece
};

/// An Ethernet frame, parsed. The payload is frame[payload_offset, payload_offset +
/// payload_length): padding behind the IP packet (short frames are padded to 60 bytes) and an FCS
/// are left out. Of kDatagram it is what UDP carries, of kFragment the piece, of kMembership the IP
/// packet, whose header has a say there.
struct Frame {
  FrameKind kind = FrameKind::kOther;
  arena::Drop drop{};      ///< of kBroken
  bool addressed = false;  ///< `source` and `destination` are known; so of datagrams, fragments
  uint16_t vlan = 0;       ///< of the innermost tag that names one; 0 = none does
  uint16_t port = 0;       ///< destination port, of kDatagram
  uint16_t payload_length = 0;
  uint32_t payload_offset = 0;
  Fragment fragment;  ///< of kFragment
  IpAddress source;
  IpAddress destination;
};

/// Parses Ethernet II with up to two VLAN tags (IEEE 802.1Q, 802.1ad), IPv4 (RFC 791) or IPv6 with
/// extension headers (RFC 8200), and UDP (RFC 768). Reads no byte outside the frame. UDP checksums
/// are not verified: the NIC or the virtual link leaves them undone. Pure, thread-safe.
/// @param stripped_vlan  the tag's VLAN identifier if the driver took it out of the frame, or 0
Frame parse_frame(Bytes frame, uint16_t stripped_vlan = 0) noexcept;

/// Parses what fragments have been put together to: everything behind the IP header, in IPv6 behind
/// the headers that each fragment repeats. The payload is told by its place in `whole`.
/// @param first  the datagram's first fragment, or any one with the first one's next header
Frame parse_reassembled(Bytes whole, const Frame& first) noexcept;

}  // namespace sluice::net
