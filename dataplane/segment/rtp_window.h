#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>

#include "config/base/digest.h"
#include "dataplane/media/rtp.h"
#include "storage/arena/drop.h"

namespace sluice::segment {

/// Puts RTP packets into the order of their sequence numbers (RFC 3550, 5.1 and A.1). A packet that
/// is next is passed on in place. One that is ahead waits, copied, until those before it have come,
/// or are given up: after 100 ms of arrival, or when they are 64 packets behind.
class RtpWindow {
 public:
  static constexpr unsigned kPackets = 64;
  static constexpr int64_t kPatienceNs = 100'000'000;
  /// Payloads that are longer do not wait: what is missing before them is given up.
  static constexpr size_t kMaxPayload = 2048;

  /// Whether a packet is the beginning of another sequence: it has another SSRC, or is the second
  /// of two in a row that are far away. What waits is to be flushed before it is taken.
  bool is_new_source(const media::RtpPacket& packet) const noexcept {
    if (!begun_) return false;
    return packet.ssrc != ssrc_ || (bad_ == packet.sequence && is_far(packet));
  }

  /// Takes the next packet. @param deliver  called as `deliver(Bytes payload, int64_t arrival_ns,
  /// uint32_t missing)` for each packet whose turn it is; `missing` were given up before it
  /// @return why the packet itself is dropped, if it is: kDuplicate or kLate
  template <typename Deliver>
  std::optional<arena::Drop> take(const media::RtpPacket& packet, int64_t arrival_ns,
                                  Deliver&& deliver) {
    if (!begun_ || is_new_source(packet)) restart(packet);
    if (held_ > 0) expire(arrival_ns, deliver);
    const auto ahead = static_cast<int16_t>(packet.sequence - next_);
    if (ahead == 0) [[likely]] {
      pass(packet.payload, arrival_ns, deliver);
      release(deliver);
      return {};
    }
    if (ahead < 0 && ahead >= -static_cast<int>(kPackets)) {
      const uint64_t bit = uint64_t{1} << (-ahead - 1);
      const bool seen = (seen_ & bit) != 0;
      seen_ |= bit;
      return seen ? arena::Drop::kDuplicate : arena::Drop::kLate;
    }
    if (is_far(packet)) {
      // A single stray, or a sender that has started anew, which a second one shows.
      bad_ = static_cast<uint16_t>(packet.sequence + 1);
      return arena::Drop::kLate;
    }
    bad_.reset();
    if (packet.payload.size() > kMaxPayload) {
      give_up_to(packet.sequence, deliver);
    } else if (ahead >= static_cast<int>(kPackets)) {
      give_up_to(static_cast<uint16_t>(packet.sequence - kPackets + 1), deliver);
    }
    if (packet.sequence != next_) return hold(packet, arrival_ns);
    pass(packet.payload, arrival_ns, deliver);
    release(deliver);
    return {};
  }

  /// Passes on what has waited for too long at `now_ns`.
  template <typename Deliver>
  void expire(int64_t now_ns, Deliver&& deliver) {
    while (held_ > 0 && now_ns - oldest_ns() > kPatienceNs) {
      while (!is_held(next_)) skip();
      release(deliver);
    }
  }

  /// Passes on all that waits.
  template <typename Deliver>
  void flush(Deliver&& deliver) {
    while (held_ > 0) {
      while (!is_held(next_)) skip();
      release(deliver);
    }
  }

  bool empty() const noexcept { return held_ == 0; }

 private:
  static constexpr int kMaxDropout = 3000;

  struct Slot {
    int64_t arrival_ns;
    uint16_t size;
    std::array<uint8_t, kMaxPayload> payload;
  };
  /// The zero pages behind slots that are never used are never touched.
  struct Slots {
    Slots() : all(static_cast<Slot*>(std::calloc(kPackets, sizeof(Slot))), &std::free) {
      if (!all) throw std::bad_alloc();
    }
    std::unique_ptr<Slot, decltype(&std::free)> all;
  };

  Slot& slot(uint16_t sequence) noexcept { return slots_.all.get()[sequence % kPackets]; }
  static uint64_t bit_of(uint16_t sequence) noexcept {
    return uint64_t{1} << (sequence % kPackets);
  }
  bool is_held(uint16_t sequence) const noexcept { return (waiting_ & bit_of(sequence)) != 0; }

  bool is_far(const media::RtpPacket& packet) const noexcept {
    const auto ahead = static_cast<int16_t>(packet.sequence - next_);
    return ahead < -static_cast<int>(kPackets) || ahead > kMaxDropout;
  }

  void restart(const media::RtpPacket& packet) noexcept {
    begun_ = true;
    ssrc_ = packet.ssrc;
    next_ = packet.sequence;
    seen_ = 0;
    missing_ = 0;
    bad_.reset();
  }

  template <typename Deliver>
  void pass(Bytes payload, int64_t arrival_ns, Deliver& deliver) {
    seen_ = seen_ << 1 | 1;
    ++next_;
    const uint32_t missing = missing_;
    missing_ = 0;
    deliver(payload, arrival_ns, missing);
  }

  /// The next packet has not come.
  void skip() noexcept {
    seen_ <<= 1;
    ++next_;
    ++missing_;
  }

  /// Passes on what waits and is next.
  template <typename Deliver>
  void release(Deliver& deliver) {
    while (held_ > 0 && is_held(next_)) {
      Slot& next = slot(next_);
      waiting_ &= ~bit_of(next_);
      --held_;
      pass(Bytes(next.payload.data(), next.size), next.arrival_ns, deliver);
    }
  }

  /// Gives up what is missing before `sequence`.
  template <typename Deliver>
  void give_up_to(uint16_t sequence, Deliver& deliver) {
    release(deliver);
    while (static_cast<int16_t>(sequence - next_) > 0) {
      skip();
      release(deliver);
    }
  }

  std::optional<arena::Drop> hold(const media::RtpPacket& packet, int64_t arrival_ns) noexcept {
    if (is_held(packet.sequence)) return arena::Drop::kDuplicate;
    Slot& free = slot(packet.sequence);
    free.arrival_ns = arrival_ns;
    free.size = static_cast<uint16_t>(packet.payload.size());
    std::memcpy(free.payload.data(), packet.payload.data(), packet.payload.size());
    waiting_ |= bit_of(packet.sequence);
    ++held_;
    return {};
  }

  int64_t oldest_ns() noexcept {
    int64_t oldest = INT64_MAX;
    for (unsigned i = 0; i < kPackets; ++i) {
      if ((waiting_ >> i & 1) != 0) oldest = std::min(oldest, slots_.all.get()[i].arrival_ns);
    }
    return oldest;
  }

  bool begun_ = false;
  uint16_t next_ = 0;
  uint32_t ssrc_ = 0;
  uint32_t missing_ = 0;  ///< given up in front of the next packet
  unsigned held_ = 0;
  uint64_t waiting_ = 0;  ///< bit n: a packet with sequence n modulo 64 waits
  uint64_t seen_ = 0;     ///< bit n: next_ - 1 - n has come
  std::optional<uint16_t> bad_;
  Slots slots_;
};

}  // namespace sluice::segment
