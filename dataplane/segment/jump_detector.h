#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "dataplane/media/timestamp.h"

namespace sluice::segment {

/// What a time stamp is to the one before it.
enum class Step : uint8_t {
  kSteady,
  kEcho,  ///< it breaks, but as part of a jump that was told already
  kJump,
};

/// Finds jumps of a programme's timeline in its PCRs and in the decoding times of its guide stream.
/// A PCR may go on by at most a second (they come every 100 ms); decoding times by at most a second
/// more than the PCR went, and back by less than one (encoders that send PTS alone). Where packets
/// were lost, up to ten seconds forward are the hole that the loss left, no jump. A splice breaks
/// PCR and decoding times within a few pictures: that is one jump.
class JumpDetector {
 public:
  void reset() noexcept { *this = JumpDetector(); }
  /// Packets are missing before the next time stamp.
  void note_loss() noexcept { loss_before_pcr_ = loss_before_decode_ = true; }

  /// @param announced  the packet has discontinuity_indicator (ISO 13818-1, 2.4.3.5)
  Step take_pcr(media::Pcr pcr, bool announced) noexcept {
    if (pcr_echo_ > 0) --pcr_echo_;
    const bool loss = std::exchange(loss_before_pcr_, false);
    const auto last = std::exchange(last_pcr_, pcr);
    if (!last) return Step::kSteady;
    const int64_t step = media::pcr_distance(*last, pcr) / 300;
    if (!announced && step >= 0 && step <= limit(loss)) {
      since_decode_ += step;
      return Step::kSteady;
    }
    since_decode_ = 0;
    if (std::exchange(pcr_echo_, 0) > 0) return Step::kEcho;
    decode_echo_ = kEcho;
    return Step::kJump;
  }

  Step take_decode_time(uint64_t dts) noexcept {
    if (decode_echo_ > 0) --decode_echo_;
    const bool loss = std::exchange(loss_before_decode_, false);
    const int64_t expected = std::exchange(since_decode_, 0);
    const auto last = std::exchange(last_decode_, dts);
    if (!last) return Step::kSteady;
    const int64_t step = media::pts_distance(*last, dts);
    if (step >= -kSecond && step <= expected + limit(loss)) return Step::kSteady;
    if (std::exchange(decode_echo_, 0) > 0) return Step::kEcho;
    pcr_echo_ = kEcho;
    return Step::kJump;
  }

 private:
  static constexpr int64_t kSecond = static_cast<int64_t>(media::kPtsClock);
  static constexpr int kEcho = 32;  ///< time stamps within which the other kind's jump is the same

  static constexpr int64_t limit(bool loss) { return loss ? 10 * kSecond : kSecond; }

  std::optional<media::Pcr> last_pcr_;
  std::optional<uint64_t> last_decode_;
  int64_t since_decode_ = 0;  ///< what the PCR went on by since the last decoding time, 90 kHz
  int pcr_echo_ = 0;
  int decode_echo_ = 0;
  bool loss_before_pcr_ = false;
  bool loss_before_decode_ = false;
};

}  // namespace sluice::segment
