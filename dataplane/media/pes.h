#pragma once

#include <array>
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

/// Collects the header of a PES packet up to its time stamps, which may be torn over TS packets.
class PesHead {
 public:
  enum class State : uint8_t {
    kTorn,   ///< the next packet's payload may bring the rest
    kWhole,  ///< `header` is there
    kBad,    ///< this is no PES header
  };

  void reset() noexcept { *this = PesHead(); }
  State state() const noexcept { return state_; }

  /// Takes the next packet's payload.
  State take(Bytes payload) noexcept;
  const PesHeader& header() const noexcept { return header_; }
  /// How many bytes of the header stand in the payload that made it whole and in those behind it.
  size_t left() const noexcept { return left_; }

 private:
  static constexpr size_t kMost = 19;  ///< bytes up to the end of a DTS

  bool may_go_on() const noexcept;

  State state_ = State::kTorn;
  PesHeader header_;
  size_t left_ = 0;
  size_t size_ = 0;
  std::array<uint8_t, kMost> bytes_;
};

}  // namespace sluice::media
