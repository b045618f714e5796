#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sluice::playlist {

/// One stream of a multivariant playlist (rfc8216bis, 4.4.6.2).
struct Variant {
  std::string uri;                 ///< of its media playlist
  uint64_t bandwidth = 0;          ///< bits a second, peak
  uint64_t average_bandwidth = 0;  ///< bits a second
  std::string codecs;              ///< RFC 6381; empty = left out
  uint32_t width = 0;              ///< 0 = no RESOLUTION
  uint32_t height = 0;
  double frame_rate = 0;  ///< 0 = left out
};

/// The text of the multivariant playlist, in the order of the variants.
std::string render_master(std::span<const Variant> variants);

/// Size and media time of a segment.
struct Sample {
  uint64_t bytes = 0;
  uint64_t duration_90k = 0;
};

/// Bits a second.
struct Bandwidth {
  uint64_t peak = 0;
  uint64_t average = 0;
};

/// What a run of segments measures: `peak` is the largest bit rate of any contiguous set that lasts
/// between 0.5 and 1.5 target durations (rfc8216bis, 4.1), or the average if there is no such set.
Bandwidth measure_bandwidth(std::span<const Sample> samples, unsigned target_duration);

}  // namespace sluice::playlist
