#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "dataplane/media/timestamp.h"

namespace sluice::segment {

/// What a time stamp is to the one before it.
enum class Step : uint8_t {
  kSteady,
  kHole,  ///< it goes on, behind lost packets that lasted more than a second
  kEcho,  ///< it breaks, but as part of a jump that was told already
  kJump,
};

/// Finds jumps of a programme's timeline in its PCRs and in the decoding times of its guide stream.
/// A PCR may go on by at most a second (they come every 100 ms) more than decoding times went;
/// these by at most a second more than the PCR went, and back by less than one (encoders that send
/// PTS alone). Where packets were lost, it may be as much more as the hole lasted by the arrival of
/// packets, and ten seconds in any case. A splice breaks PCR and decoding times within a few
/// pictures: that is one jump.
class JumpDetector {
 public:
  void reset() noexcept { *this = JumpDetector(); }
  /// Packets are missing before the next time stamp.
  void note_loss() noexcept { pcr_.loss = decode_.loss = true; }

  /// @param announced  the packet has discontinuity_indicator (ISO 13818-1, 2.4.3.5)
  Step take_pcr(media::Pcr pcr, bool announced, int64_t arrival_ns) noexcept {
    return take(pcr_, decode_, media::pcr_base(pcr), 0, announced, arrival_ns);
  }
  Step take_decode_time(uint64_t dts, int64_t arrival_ns) noexcept {
    return take(decode_, pcr_, dts, -kSecond, false, arrival_ns);
  }

 private:
  static constexpr int64_t kSecond = static_cast<int64_t>(media::kPtsClock);
  static constexpr int kEchoes =
      32;  ///< time stamps within which the other kind's jump is the same

  struct Clock {
    std::optional<uint64_t> last;
    int64_t arrival_ns = 0;
    int64_t others = 0;  ///< what the other clock went on by since
    int echo = 0;
    bool loss = false;
  };

  static Step take(Clock& own, Clock& other, uint64_t stamp, int64_t least, bool announced,
                   int64_t arrival_ns) noexcept {
    if (own.echo > 0) --own.echo;
    const bool loss = std::exchange(own.loss, false);
    const int64_t expected = std::max<int64_t>(std::exchange(own.others, 0), 0);
    const int64_t gap = (arrival_ns - std::exchange(own.arrival_ns, arrival_ns)) * 9 / 100'000;
    const auto last = std::exchange(own.last, stamp);
    if (!last) return Step::kSteady;
    const int64_t step = media::pts_distance(*last, stamp);
    const int64_t hole = loss ? std::max(9 * kSecond, gap) : 0;
    if (!announced && step >= least && step <= expected + hole + kSecond) {
      other.others += step;
      return loss && step > kSecond ? Step::kHole : Step::kSteady;
    }
    other.others = 0;
    if (std::exchange(own.echo, 0) > 0) return Step::kEcho;
    other.echo = kEchoes;
    return Step::kJump;
  }

  Clock pcr_;
  Clock decode_;
};

}  // namespace sluice::segment
