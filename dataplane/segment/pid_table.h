#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "dataplane/media/continuity.h"
#include "dataplane/media/ts_packet.h"

namespace sluice::segment {

/// What the segmenter has to look at in a PID's packets: bits.
enum Role : uint8_t {
  kNoRole = 0,
  kPsi = 1,       ///< PAT or a PMT
  kGuide = 2,     ///< the elementary stream that decides where to cut
  kClock = 4,     ///< PCRs of the guide's programme
  kSections = 8,  ///< sections of some other kind
};

struct PidState {
  media::ContinuityCounter continuity;
  uint16_t segment;  ///< the segment in which it was last seen, counted modulo 65536
  uint8_t roles;     ///< Role bits
};

/// The state of each of the 8192 PIDs of one stream. The zero pages behind PIDs that never come are
/// never touched.
class PidTable {
 public:
  PidTable()
      : states_(static_cast<PidState*>(std::calloc(media::kPidCount, sizeof(PidState))),
                &std::free) {
    if (!states_) throw std::bad_alloc();
  }
  PidState& operator[](uint16_t pid) noexcept { return states_.get()[pid]; }

 private:
  std::unique_ptr<PidState, decltype(&std::free)> states_;
};

}  // namespace sluice::segment
