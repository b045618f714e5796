#pragma once

#include <cstdint>
#include <cstring>

#include "dataplane/media/ts_packet.h"

namespace sluice::media {

/// What a packet's continuity_counter says (ISO 13818-1, 2.4.3.3).
enum class Continuity : uint8_t {
  kContinues,
  kDuplicate,  ///< the packet before once more: legal once, carries nothing new
  kBroken,     ///< packets are missing, or a packet came a third time
};

/// The counter of one PID. All zero when nothing has come yet.
class ContinuityCounter {
 public:
  /// Takes the PID's next packet. Not for null packets, nor for packets with
  /// transport_error_indicator, whose header may be wrong.
  Continuity check(const TsPacket& packet) noexcept {
    const TsHeader header = packet.header();
    // Without payload the counter says nothing new, and multiplexers differ in what they send.
    if (!header.has_payload()) {
      if (packet.discontinuity_indicator()) seen_ = false;
      return Continuity::kContinues;
    }
    const uint8_t counter = header.continuity_counter();
    const uint32_t print = fingerprint(packet);
    const bool announced = header.has_adaptation_field() && packet.discontinuity_indicator();
    Continuity result = Continuity::kContinues;
    if (seen_ && counter == last_ && print == print_) {
      result = repeated_ ? Continuity::kBroken : Continuity::kDuplicate;
      repeated_ = true;
      return result;
    }
    if (seen_ && !announced && counter != ((last_ + 1) & 0xf)) result = Continuity::kBroken;
    seen_ = true;
    repeated_ = false;
    last_ = counter;
    print_ = print;
    return result;
  }

 private:
  /// Tells two packets with the same counter apart without keeping the first. Takes bytes behind
  /// the PCR, which may differ in a duplicate.
  static uint32_t fingerprint(const TsPacket& packet) noexcept {
    uint64_t a, b, c;
    std::memcpy(&a, packet.data() + 20, sizeof a);
    std::memcpy(&b, packet.data() + 100, sizeof b);
    std::memcpy(&c, packet.data() + kTsPacketSize - 8, sizeof c);
    const uint64_t mixed =
        (a * 0x9e37'79b9'7f4a'7c15 ^ b) * 0xbf58'476d'1ce4'e5b9 ^ c * 0x94d0'49bb'1331'11eb;
    return static_cast<uint32_t>(mixed >> 32);
  }

  uint32_t print_;
  uint8_t last_ : 4;
  bool seen_ : 1;
  bool repeated_ : 1;
};

}  // namespace sluice::media
