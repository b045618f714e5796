#pragma once

#include <cstdint>

#include "dataplane/media/tr101290_monitor.h"
#include "dataplane/segment/cut_decider.h"
#include "dataplane/segment/output.h"
#include "dataplane/segment/totals.h"
#include "storage/arena/stats.h"

namespace sluice::segment {

/// Puts the packets of one stream into segments where its decider says, describes them, and
/// accounts for the datagrams that brought them. No allocation after construction.
class SegmentMaker {
 public:
  SegmentMaker(const SegmenterSpec& spec, SegmentOutput& output, arena::StreamStats& stats);

  /// What follows arrived at `arrival_ns`.
  void begin_datagram(int64_t arrival_ns) noexcept;
  /// Takes packets that are all in sync. False if room ran out.
  bool take(const uint8_t* begin, const uint8_t* end) noexcept;
  /// In a datagram of `arrival_ns` so many gaps were found that so many packets would fit into.
  void note_gaps(uint64_t gaps, uint64_t packets, int64_t arrival_ns) noexcept;
  /// All packets of the datagram have been taken.
  void end_datagram() noexcept;

  void commit() noexcept;
  void finish() noexcept;
  /// Seals what is open if nothing has come for `max`.
  void tick(int64_t now_ns) noexcept;

  void drop(arena::Drop reason) noexcept;
  void drop_for_room(uint64_t datagrams) noexcept;
  void lost(uint64_t datagrams) noexcept;
  void clock_stepped() noexcept;
  void restarted() noexcept { decider_.restarted(); }
  void source_switched() noexcept { decider_.source_switched(); }

 private:
  bool ensure_open() noexcept;
  bool cut() noexcept;
  void commit_up_to(const Totals& end) noexcept;
  void seal() noexcept;
  void seal_for_room() noexcept;
  void describe(const Totals& end) noexcept;
  void describe_running() noexcept;
  void account(const Totals& end) noexcept;
  void tell_indicators() noexcept;
  uint64_t offset_of(const Totals& place) const noexcept {
    return prefix_size_ + (place.packets - base_.packets) * media::kTsPacketSize;
  }

  SegmentOutput& output_;
  arena::StreamStats& stats_;
  const int64_t longest_silence_ns_;
  const uint64_t target_90k_;
  Totals totals_;
  Totals told_;               ///< what the counters have of totals_
  Totals base_;               ///< where the open segment begins
  Totals whole_;              ///< where the last whole datagram ended
  uint64_t prefix_size_ = 0;  ///< of the open segment
  int64_t arrival_ns_ = 0;    ///< of the last datagram with packets in it
  bool stepped_ = false;      ///< the clock of arrivals was set since
  CutDecider decider_;
  media::Tr101290Monitor monitor_;
  media::IndicatorCounts indicators_told_;  ///< what the counters have of the monitor's
};

}  // namespace sluice::segment
