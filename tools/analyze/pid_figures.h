#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "dataplane/media/continuity.h"
#include "dataplane/media/timestamp.h"
#include "dataplane/media/tr101290_accuracy.h"
#include "tools/analyze/spread.h"

namespace sluice::tools::analyze {

/// The PCRs of one PID.
struct PcrFigures {
  std::optional<media::Pcr> last;
  int64_t last_ns = 0;  ///< when it came
  uint64_t count = 0;
  uint64_t jumps = 0;  ///< steps back, or by more than a second
  Spread interval_ms;  ///< by their values
  /// How much sooner or later than the one before said it came; what a network makes of them.
  Spread arrival_ms;
  media::PcrAccuracy accuracy{};  ///< by their place, where the bitrate is constant
  uint64_t judged = 0;
  int64_t worst_ns = 0;
};

/// The time stamps of one PID's PES packets.
struct PtsFigures {
  std::optional<uint64_t> last;  ///< decoding time
  uint64_t count = 0;
  Spread interval_ms;      ///< of decoding times, by their values, where they go on
  Spread ahead_of_pcr_ms;  ///< PTS minus the programme's PCR at that moment: the decoder's delay
  Spread ahead_of_dts_ms;  ///< PTS minus DTS: the depth of reordering
};

/// What one PID carried.
struct PidFigures {
  uint16_t pid = 0;
  uint64_t packets = 0;
  uint64_t continuity_errors = 0;
  uint64_t duplicates = 0;
  uint64_t transport_errors = 0;
  uint64_t scrambled = 0;
  uint64_t in_window = 0;  ///< packets in the running second
  uint64_t windows = 0;    ///< seconds that went by before it came
  Spread bits_per_second;
  media::ContinuityCounter continuity{};
  std::unique_ptr<PcrFigures> pcr;
  std::unique_ptr<PtsFigures> pts;
};

}  // namespace sluice::tools::analyze
