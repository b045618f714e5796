#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dataplane/media/ts_packet.h"

namespace sluice::media {

/// Judges the accuracy of PCRs (TR 101 290, 2.4) by where they stand in the stream, which no
/// network's jitter moves: at a constant bitrate a PCR is a straight line over the packets'
/// numbers. The line is laid through 64 PCRs at a time, by medians, so that a few wrong ones do not
/// bend it; what is slower than that, as the drift of the encoder's clock, does not count. Where
/// the packets do not come at a constant bitrate (null packets taken out, ffmpeg without -muxrate)
/// there is no line, and nothing is judged. Trivial: all zero is fresh.
class PcrAccuracy {
 public:
  static constexpr size_t kBlock = 64;
  /// With fewer PCRs than this no line is laid.
  static constexpr size_t kLeast = 16;
  /// The bitrate is constant if half of the PCRs lie closer to the line than this: the jitter that
  /// decoders have to take, 50 us from peak to peak (ISO 13818-9).
  static constexpr int64_t kConstantNs = 25'000;

  struct Verdict {
    size_t judged = 0;  ///< PCRs; 0 where the bitrate is not constant
    size_t errors = 0;  ///< of them, those that are off by more than the limit
    int64_t worst_ns = 0;
    int64_t first_error_ns = 0;  ///< when they came
    int64_t last_error_ns = 0;
  };

  /// Packets are missing, or the time base changed: what comes belongs to another line.
  void reset() noexcept { count_ = 0; }
  size_t size() const noexcept { return count_; }
  /// @param packet  the number of its packet in the stream, null packets counted
  /// @return whether there are enough for `judge`
  bool take(uint64_t packet, Pcr pcr, int64_t now_ns) noexcept;
  /// Judges the PCRs taken since the last time, and forgets them.
  Verdict judge() noexcept;

 private:
  bool is_straight(Verdict& verdict) const noexcept;

  struct Entry {
    uint64_t packet;
    Pcr pcr;
    int64_t now_ns;
  };
  std::array<Entry, kBlock> entries_;
  size_t count_;
};

}  // namespace sluice::media
