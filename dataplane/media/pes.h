#pragma once

#include <cstdint>
#include <optional>

#include "config/base/digest.h"

namespace sluice::media {

/// What the header of a PES packet says (ISO 13818-1, 2.4.3.6).
struct PesHeader {
  uint8_t stream_id = 0;
  bool scrambled = false;
  std::optional<uint64_t> pts;  ///< raw 33 bits, 90 kHz
  std::optional<uint64_t> dts;  ///< as sent; where only a PTS was sent, decoding is at the PTS
  size_t size = 0;              ///< bytes in front of the elementary stream

  /// Reads the header from the payload of the packet in which the PES packet begins. Nothing if it
  /// is not a PES packet or does not hold the header's fixed part and time stamps; a header that
  /// ends in a later packet is fine.
  static std::optional<PesHeader> read(Bytes payload) noexcept;

  /// When the access unit is to be decoded.
  std::optional<uint64_t> decode_time() const { return dts ? dts : pts; }
};

}  // namespace sluice::media
