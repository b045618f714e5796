#pragma once

#include <cstdint>

#include "config/base/digest.h"
#include "dataplane/media/ts_packet.h"

namespace sluice::source {

/// The time of packets in a TS file by the PCRs of one PID, the first that carries any: at a PCR it
/// is the PCR's, behind it it goes on at the rate between the last two (ISO 13818-1, 2.4.2.2). A
/// PCR that jumps, or is announced to, starts anew without a jump in this clock.
class MediaClock {
 public:
  /// Passes packets, a whole number of them. @return nanoseconds from the first PCR to the first of
  /// these packets; never less than before
  int64_t pass(Bytes packets) noexcept;

 private:
  void take_pcr(media::Pcr pcr, bool anew) noexcept;

  uint16_t pid_ = media::kNullPid;
  media::Pcr last_pcr_ = 0;
  int64_t last_pcr_ns_ = 0;
  uint64_t packets_since_pcr_ = 0;
  double ns_per_packet_ = 0;
  int64_t shown_ns_ = 0;
};

}  // namespace sluice::source
