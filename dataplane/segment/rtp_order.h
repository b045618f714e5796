#pragma once

#include <cstdint>
#include <optional>

#include "storage/arena/drop.h"

namespace sluice::segment {

/// What an RTP sequence number says of its packet (RFC 3550, A.1). Packets are taken in the order
/// in which they come: one that is behind has lost its place.
class RtpOrder {
 public:
  struct Verdict {
    std::optional<arena::Drop> drop;  ///< kDuplicate or kLate
    uint32_t missing = 0;             ///< packets that should have come before this one
  };

  Verdict take(uint16_t sequence, uint32_t ssrc) noexcept {
    if (!begun_ || ssrc != ssrc_) {
      restart(sequence, ssrc);
      return {};
    }
    const auto ahead = static_cast<int16_t>(sequence - highest_);
    if (ahead > 0 && ahead <= kMaxDropout) {
      seen_ = ahead < 64 ? seen_ << ahead | 1 : 1;
      highest_ = sequence;
      bad_.reset();
      return {.missing = static_cast<uint32_t>(ahead - 1)};
    }
    if (ahead <= 0 && ahead > -kWindow) {
      const uint64_t bit = uint64_t{1} << -ahead;
      if ((seen_ & bit) != 0) return {.drop = arena::Drop::kDuplicate};
      seen_ |= bit;
      return {.drop = arena::Drop::kLate};
    }
    // Far away: a single stray, or a sender that has started anew, which a second one shows.
    if (bad_ == sequence) {
      restart(sequence, ssrc);
      return {};
    }
    bad_ = static_cast<uint16_t>(sequence + 1);
    return {.drop = arena::Drop::kLate};
  }

 private:
  static constexpr int kMaxDropout = 3000;
  static constexpr int kWindow = 64;

  void restart(uint16_t sequence, uint32_t ssrc) noexcept {
    begun_ = true;
    ssrc_ = ssrc;
    highest_ = sequence;
    seen_ = 1;
    bad_.reset();
  }

  bool begun_ = false;
  uint32_t ssrc_ = 0;
  uint16_t highest_ = 0;
  uint64_t seen_ = 0;  ///< bit n: highest_ - n has come
  std::optional<uint16_t> bad_;
};

}  // namespace sluice::segment
