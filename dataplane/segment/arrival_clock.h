#pragma once

#include <cstdint>
#include <optional>

#include "dataplane/media/timestamp.h"

namespace sluice::segment {

/// Gives packets a UTC: their arrival, with the network's jitter smoothed away against the PCR. The
/// distance of arrival from PCR is followed with 1/64 of each PCR's error (about two seconds at 30
/// PCRs a second); an error over half a second is a jump, and the clock starts anew from the
/// arrival. Without PCR the arrival is the answer.
class ArrivalClock {
 public:
  void reset() noexcept {
    last_pcr_.reset();
    since_jump_ns_.reset();
  }

  /// @return whether the clock of arrivals turns out to have been set: the PCR went on evenly over
  /// a jump of it, and for a second after that
  bool take_pcr(media::Pcr pcr, int64_t arrival_ns) noexcept {
    bool stepped = false;
    if (last_pcr_) {
      const int64_t step_ns = media::pcr_distance(*last_pcr_, pcr) * 1000 / 27;
      const int64_t predicted = utc_at_pcr_ + step_ns;
      const int64_t error = arrival_ns - predicted;
      const bool steady = step_ns >= 0 && error > -kJump && error < kJump;
      utc_at_pcr_ = steady ? predicted + error / 64 : arrival_ns;
      stepped = watch(steady, step_ns);
    } else {
      utc_at_pcr_ = arrival_ns;
    }
    last_pcr_ = pcr;
    arrival_at_pcr_ = arrival_ns;
    return stepped;
  }

  /// UTC of what arrives at `arrival_ns`, at or after the last PCR.
  int64_t utc(int64_t arrival_ns) const noexcept {
    return last_pcr_ ? utc_at_pcr_ + (arrival_ns - arrival_at_pcr_) : arrival_ns;
  }

 private:
  static constexpr int64_t kJump = 500'000'000;
  static constexpr int64_t kSecond = 1'000'000'000;

  bool watch(bool steady, int64_t step_ns) noexcept {
    if (!steady) {
      // A second jump takes the first back: packets were held up and then came all at once.
      const bool even = step_ns >= 0 && step_ns < kJump && !since_jump_ns_;
      since_jump_ns_ = even ? std::optional<int64_t>(0) : std::nullopt;
      return false;
    }
    if (!since_jump_ns_) return false;
    *since_jump_ns_ += step_ns;
    if (*since_jump_ns_ < kSecond) return false;
    since_jump_ns_.reset();
    return true;
  }

  std::optional<media::Pcr> last_pcr_;
  std::optional<int64_t> since_jump_ns_;  ///< by the PCR, since a jump of arrival alone
  int64_t utc_at_pcr_ = 0;
  int64_t arrival_at_pcr_ = 0;
};

}  // namespace sluice::segment
