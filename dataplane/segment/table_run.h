#pragma once

#include "dataplane/segment/program_guide.h"
#include "dataplane/segment/totals.h"

namespace sluice::segment {

/// PAT and PMT packets that follow each other with nothing between. Where an access point comes
/// directly behind a run that holds both tables whole, the segment begins with the run.
class TableRun {
 public:
  bool is_active() const noexcept { return active_; }
  bool is_complete() const noexcept { return active_ && pat_ && pmt_; }
  /// The place of its first packet.
  const Totals& begin() const noexcept { return begin_; }

  /// A packet of another PID came.
  void end() noexcept { active_ = false; }

  /// A packet of a table is next. A run begins where a section may begin.
  void extend(const Totals& at, bool unit_start) noexcept {
    if (active_) {
      // Nothing but tables: they precede no access point, and committing can't wait for ever.
      if (at.packets - begin_.packets >= kMaxPackets) active_ = false;
      return;
    }
    if (!unit_start) return;
    *this = TableRun();
    active_ = true;
    begin_ = at;
  }

  /// What the packet brought. Tables that began before the run don't count.
  void note(const ProgramGuide::News& news) noexcept {
    pat_ |= news.pat && news.pat_began >= begin_.packets;
    pmt_ |= news.pmt && news.pmt_began >= begin_.packets;
  }

 private:
  static constexpr uint64_t kMaxPackets = 64;

  bool active_ = false;
  bool pat_ = false;
  bool pmt_ = false;
  Totals begin_;
};

}  // namespace sluice::segment
