#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::arena {

/// Why a datagram that was received was not committed. Every drop has exactly one of these.
///
/// A datagram that comes in fragments is received once: when it is whole, or when it is given up
/// because a fragment is missing after a second, fragments overlap or contradict each other, or
/// more datagrams are begun at once than there is room for. Its fragments count as frames only; one
/// that is broken itself, cut short for example, is a drop of its own.
enum class Drop : uint8_t {
  kTruncated,      ///< the frame is shorter than its IP or UDP length says
  kBadEthernet,    ///< no whole Ethernet or VLAN header
  kBadIpHeader,    ///< version, header length or total length make no sense
  kBadIpChecksum,  ///< IPv4 header checksum
  kFragment,       ///< its fragments did not become whole: see above
  kBadUdpLength,   ///< UDP length under 8 or over what IP carries
  kBadUdpPayload,  ///< empty datagram
  kBadRtp,         ///< not RTP version 2, or CSRC, extension or padding longer than the packet (RFC
                   ///< 3550, 5.1)
  kDuplicate,      ///< an RTP packet or datagram that had come before
  kLate,           ///< an RTP packet that came after its place had been given up
  kNotTs,          ///< no TS packet in it: length or sync bytes are wrong
  kNoMbuf,         ///< no packet buffer was free
  kRingFull,       ///< the segmenter's ring was full
  kArenaFull,      ///< no chunk of the arena was free
  kStreamRemoved,  ///< its stream was removed while it was on its way
  kLostInRestart,  ///< it was on its way when the dataplane ended
};
inline constexpr size_t kDropCount = 16;

/// "truncated", "bad_ethernet", …: the names in the status and in metrics.
std::string_view to_string(Drop drop);

}  // namespace sluice::arena
