#pragma once

#include <cstdint>

#include "dataplane/media/ts_packet.h"

/// Arithmetic on time stamps that wrap: PTS and DTS count 90 kHz in 33 bits (ISO 13818-1, 2.4.3.7),
/// a PCR's base likewise.
namespace sluice::media {

inline constexpr uint64_t kPtsModulus = uint64_t{1} << 33;
inline constexpr uint64_t kPtsMask = kPtsModulus - 1;
inline constexpr uint64_t kPtsClock = 90'000;  ///< ticks a second
inline constexpr uint64_t kPcrClock = 27'000'000;
inline constexpr uint64_t kPcrModulus = kPtsModulus * 300;

/// The way from `from` to `to`, the shorter way round: positive if `to` is later.
constexpr int64_t pts_distance(uint64_t from, uint64_t to) {
  const uint64_t forward = (to - from) & kPtsMask;
  return forward < kPtsModulus / 2
             ? static_cast<int64_t>(forward)
             : static_cast<int64_t>(forward) - static_cast<int64_t>(kPtsModulus);
}

constexpr uint64_t pts_add(uint64_t pts, uint64_t ticks) {
  return (pts + ticks) & kPtsMask;
}

/// The same for PCRs, in 27 MHz ticks.
constexpr int64_t pcr_distance(Pcr from, Pcr to) {
  const uint64_t forward = to >= from ? to - from : to + kPcrModulus - from;
  return forward < kPcrModulus / 2
             ? static_cast<int64_t>(forward)
             : static_cast<int64_t>(forward) - static_cast<int64_t>(kPcrModulus);
}

/// The PCR's base, which counts as PTS do.
constexpr uint64_t pcr_base(Pcr pcr) {
  return pcr / 300;
}

}  // namespace sluice::media
