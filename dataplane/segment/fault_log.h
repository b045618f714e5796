#pragma once

#include <cstdint>
#include <utility>

#include "dataplane/segment/totals.h"
#include "storage/arena/segment_record.h"

namespace sluice::segment {

/// What was wrong with each PID in the open segment. A cut may turn out to lie in front of packets
/// that were looked at already: their faults go to the next segment with them.
class FaultLog {
 public:
  void open() noexcept { *this = FaultLog(); }

  /// @param now  the place of the packet  @param settled  where a cut may yet be asked for
  void add(uint16_t pid, uint32_t arena::PidFaults::*fault, const Totals& now,
           const Totals& settled) noexcept {
    if (settled.packets == now.packets) {
      before_.add(pid, fault);
      return;
    }
    if (settled.packets != behind_from_) {
      before_.add(std::exchange(behind_, {}));
      behind_from_ = settled.packets;
    }
    behind_.add(pid, fault);
  }

  /// The open segment ends at `place`. @return its faults
  arena::FaultyPids cut(const Totals& place) noexcept {
    if (behind_from_ != place.packets) before_.add(std::exchange(behind_, {}));
    return std::exchange(before_, std::exchange(behind_, {}));
  }

  bool empty() const noexcept { return before_.empty() && behind_.empty(); }
  arena::FaultyPids all() const noexcept {
    arena::FaultyPids sum = before_;
    sum.add(behind_);
    return sum;
  }

 private:
  arena::FaultyPids before_;
  arena::FaultyPids behind_;  ///< in packets that a cut may move to the next segment
  uint64_t behind_from_ = 0;
};

}  // namespace sluice::segment
