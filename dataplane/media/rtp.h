#pragma once

#include <cstdint>
#include <optional>

#include "config/base/digest.h"

namespace sluice::media {

/// One RTP packet (RFC 3550, 5.1), taken apart. `payload` lies in the datagram given.
struct RtpPacket {
  uint8_t payload_type = 0;
  bool marker = false;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t ssrc = 0;
  Bytes payload;

  /// Nothing if it is not version 2, or if CSRC list, extension or padding are longer than it is.
  static std::optional<RtpPacket> read(Bytes datagram) noexcept;
};

}  // namespace sluice::media
