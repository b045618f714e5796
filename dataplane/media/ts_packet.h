#pragma once

#include <cstddef>
#include <cstdint>

#include "config/base/digest.h"

namespace sluice::media {

inline constexpr size_t kTsPacketSize = 188;
inline constexpr uint8_t kTsSync = 0x47;
inline constexpr uint16_t kPidCount = 8192;
inline constexpr uint16_t kPatPid = 0x0000;
inline constexpr uint16_t kNullPid = 0x1fff;

/// The 4-byte header of a TS packet (ISO 13818-1, 2.4.3.2) in one register.
class TsHeader {
 public:
  explicit constexpr TsHeader(uint32_t word) : word_(word) {}

  constexpr bool in_sync() const { return word_ >> 24 == kTsSync; }
  constexpr bool transport_error() const { return (word_ & 0x80'0000) != 0; }
  constexpr bool unit_start() const { return (word_ & 0x40'0000) != 0; }
  constexpr uint16_t pid() const { return word_ >> 8 & 0x1fff; }
  constexpr bool scrambled() const { return (word_ & 0xc0) != 0; }
  constexpr bool has_adaptation_field() const { return (word_ & 0x20) != 0; }
  constexpr bool has_payload() const { return (word_ & 0x10) != 0; }
  /// It carries on with a payload in clear, and there is nothing else to it.
  constexpr bool is_plain() const { return (word_ & 0xc0'00f0) == 0x10; }
  constexpr uint8_t continuity_counter() const { return word_ & 0xf; }

 private:
  uint32_t word_;
};

/// A program clock reference: 27 MHz ticks, base x 300 + extension (ISO 13818-1, 2.4.3.5).
using Pcr = uint64_t;

/// A view of one TS packet. The 188 bytes belong to the caller, who has checked that they are
/// there; no field that the packet carries can lead a reader outside them.
class TsPacket {
 public:
  explicit TsPacket(const uint8_t* bytes) : bytes_(bytes) {}

  const uint8_t* data() const { return bytes_; }
  TsHeader header() const {
    return TsHeader(uint32_t{bytes_[0]} << 24 | uint32_t{bytes_[1]} << 16 |
                    uint32_t{bytes_[2]} << 8 | bytes_[3]);
  }

  /// The payload; empty if there is none, or if the adaptation field claims more than the packet.
  Bytes payload() const {
    const TsHeader h = header();
    if (!h.has_payload()) return {};
    const size_t begin = h.has_adaptation_field() ? size_t{5} + bytes_[4] : 4;
    if (begin >= kTsPacketSize) return {};
    return {bytes_ + begin, kTsPacketSize - begin};
  }

  bool discontinuity_indicator() const { return (adaptation_flags() & 0x80) != 0; }
  bool random_access_indicator() const { return (adaptation_flags() & 0x40) != 0; }
  bool has_pcr() const { return (adaptation_flags() & 0x10) != 0 && bytes_[4] >= 7; }
  /// Meaningful if `has_pcr`.
  Pcr pcr() const {
    const uint64_t base = uint64_t{bytes_[6]} << 25 | uint64_t{bytes_[7]} << 17 |
                          uint64_t{bytes_[8]} << 9 | uint64_t{bytes_[9]} << 1 | bytes_[10] >> 7;
    const uint64_t extension = uint64_t{bytes_[10] & 1U} << 8 | bytes_[11];
    return base * 300 + extension;
  }

 private:
  /// The byte of flags, 0 if there is no adaptation field or only its length.
  uint8_t adaptation_flags() const {
    return header().has_adaptation_field() && bytes_[4] > 0 && bytes_[4] <= 183 ? bytes_[5] : 0;
  }

  const uint8_t* bytes_;
};

}  // namespace sluice::media
