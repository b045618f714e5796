#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "dataplane/media/access_point.h"
#include "dataplane/media/audio_frames.h"
#include "dataplane/media/pes.h"
#include "dataplane/media/ts_packet.h"
#include "dataplane/segment/access_preference.h"
#include "dataplane/segment/arrival_clock.h"
#include "dataplane/segment/fault_log.h"
#include "dataplane/segment/jump_detector.h"
#include "dataplane/segment/pid_table.h"
#include "dataplane/segment/program_guide.h"
#include "dataplane/segment/segment_time.h"
#include "dataplane/segment/segmenter.h"
#include "dataplane/segment/slot_rule.h"
#include "dataplane/segment/table_run.h"
#include "dataplane/segment/totals.h"
#include "storage/arena/segment_record.h"

namespace sluice::segment {

/// Where a segment ends and the next begins.
struct CutPoint {
  Totals begin;  ///< the place: everything behind belongs to the next segment
  arena::Cut cut = arena::Cut::kStart;
  uint64_t pts = 0;              ///< raw 33 bits; the PCR's base where no PTS can be read
  std::optional<uint64_t> base;  ///< the last PCR's base, 90 kHz
  int64_t utc_ns = 0;            ///< never earlier than the cut before
  bool is_first = false;  ///< nothing stands before it in the open segment: that one becomes it
  uint64_t old_start_pts = 0;  ///< of the segment that ends here
  uint64_t old_duration_90k = 0;
  arena::DiscontinuitySet old_discontinuity;
  arena::FaultyPids old_faults;
  arena::DiscontinuitySet discontinuity;  ///< of the next segment
  size_t prefix_size = 0;
  std::array<uint8_t, ProgramGuide::kMaxTableBytes> prefix;  ///< PAT and PMT to inject
};

/// Looks at the packets of one stream, in order, and says where it is to be cut. Knows nothing of
/// where the bytes go. No allocation after construction.
///
/// The guide (see ProgramGuide) decides: a PES packet of it that is an access point, lies behind
/// the last one that cut and in another slot begins the next segment. At `max` after the slot's
/// start the next PES packet cuts by force; a forced cut is no access point, so the next of these
/// cuts all the same. Other parameters (another size of the picture) cut at once, and so does a
/// jump of the timeline, by force if need be: a segment holds one timeline. What comes before the
/// first access point is a start segment of its own, unless it is tables alone.
///
/// Where the guide sends no time stamps that can be read (it is scrambled, missing, or all is
/// data), its random access indicators cut by the PCR's slots, or where there are none for `max`,
/// the PCRs themselves; and without PCR the arrival clock, by force. This last rule alone looks at
/// arrival times.
///
/// Loss: a continuity error on the first packet of a PID in a segment means that the break lies on
/// its border: that segment is marked. After any other loss it is the next one, for what comes up
/// to the next access point may not be decodable.
class CutDecider {
 public:
  /// @param totals  the stream's place; all but `datagrams` and `lost` are kept up to date here
  CutDecider(const SegmenterSpec& spec, Totals& totals);

  /// A segment was opened with the next packet as its first, not by a cut: it is a start segment.
  void open(int64_t arrival_ns) noexcept;
  /// Takes the time at which the next packets arrived. @return as `take`
  bool take_time(int64_t arrival_ns) noexcept;
  /// Takes the next packet. @return whether to cut, at `point()`, which is before this packet and
  /// not before the last `settled()`
  bool take(const media::TsPacket& packet, media::TsHeader header) noexcept;
  const CutPoint& point() const noexcept { return point_; }
  /// What the counter of the packet taken last said.
  media::Continuity continuity() const noexcept { return continuity_; }

  /// The place up to which no cut will be asked for any more.
  const Totals& settled() const noexcept;

  /// The next segment is to be marked.
  void mark_next(arena::Discontinuity reason) noexcept { pending_.add(reason); }
  /// Datagrams are missing before the next packet.
  void note_loss() noexcept;
  void clock_stepped() noexcept;
  void restarted() noexcept { mark_next(arena::Discontinuity::kRestart); }
  /// What follows is of another sender, or another multiplex.
  void source_switched() noexcept {
    mark_next(arena::Discontinuity::kSourceSwitch);
    cut_soon_ = true;
  }

  /// Of the open segment, so far.
  uint64_t duration_90k() const noexcept;
  uint64_t start_pts() const noexcept { return time_.start_pts(); }
  int64_t start_utc_ns() const noexcept { return time_.start_utc_ns(); }
  arena::DiscontinuitySet discontinuity() const noexcept { return discontinuity_; }
  const FaultLog& faults() const noexcept { return faults_; }

 private:
  static constexpr uint64_t kNone = UINT64_MAX;

  void note_break(const PidState& state, uint16_t pid) noexcept;
  void note_fault(uint16_t pid, uint32_t arena::PidFaults::*fault) noexcept {
    faults_.add(pid, fault, totals_, settled());
  }
  void take_tables(const media::TsPacket& packet, bool broken) noexcept;
  bool take_pcr(const media::TsPacket& packet) noexcept;
  bool take_guide(const media::TsPacket& packet, media::TsHeader header, bool broken) noexcept;
  bool take_head(const media::TsPacket& packet, bool first) noexcept;
  void take_guide_time(uint64_t pts, uint64_t decode) noexcept;
  bool take_access_unit(Bytes begin, uint64_t pts) noexcept;
  bool take_unreadable(bool indicated, bool scrambled) noexcept;
  void count_audio(Bytes payload) noexcept;
  bool decide(media::Access access) noexcept;
  bool note_parameters() noexcept;
  void watch_start(const media::TsPacket& packet, media::TsHeader header) noexcept;
  bool is_new_slot(uint64_t pts) const noexcept;
  bool is_recent(const std::optional<uint64_t>& base) const noexcept;
  void propose() noexcept;
  bool cut(arena::Cut cut, bool by_pts) noexcept;

  media::Continuity continuity_ = media::Continuity::kContinues;
  const SlotRule rule_;
  const bool inject_;
  const bool watches_clock_;
  Totals& totals_;
  PidTable pids_;
  ProgramGuide guide_;
  ArrivalClock clock_;
  JumpDetector jumps_;
  media::PesHead head_;  ///< of the guide's PES packet
  media::AccessPointScanner scanner_;
  media::AudioFrames audio_;  ///< of the guide, if it is audio
  AccessPreference preference_;
  TableRun run_;
  FaultLog faults_;

  // The open segment
  std::optional<uint64_t> slot_;      ///< of its access point, or the one before; none at the start
  std::optional<uint64_t> last_cut_;  ///< PTS of that access point
  SegmentTime time_;
  uint64_t first_packet_ = 0;     ///< Totals::packets in front of it
  uint64_t first_media_ = kNone;  ///< that in front of its first media; told only without a cut
  uint16_t segment_tag_ = 0;
  arena::DiscontinuitySet discontinuity_;

  // What is to come
  std::optional<uint64_t> limit_from_;  ///< PTS from which `max` counts
  bool cut_soon_ = false;               ///< the next access point cuts, whatever its slot
  arena::DiscontinuitySet pending_;

  // The access unit whose picture header has not come yet
  bool undecided_ = false;
  bool indicated_ = false;  ///< it has random_access_indicator
  bool overdue_ = false;    ///< if it is no access point, the cut is forced
  bool jumped_ = false;     ///< it is the first of another timeline
  size_t header_left_ = 0;  ///< bytes of its PES header that are still to come
  CutPoint point_;

  std::optional<uint32_t> parameters_;  ///< of the last access point that had any

  std::optional<uint64_t> base_;            ///< the programme's last PCR, 90 kHz
  std::optional<uint64_t> guide_base_;      ///< that when the guide's last PTS came
  std::optional<uint64_t> indicator_base_;  ///< that at the last random_access_indicator
  bool guide_silent_ = false;               ///< no PTS of the guide for `max`
  bool guide_read_ = false;                 ///< a PTS of it has come
  int64_t arrival_ns_ = 0;
  int64_t untimed_ns_ = 0;  ///< for how long packets have come without PTS of the guide or PCR
};

}  // namespace sluice::segment
