#include "dataplane/segment/cut_decider.h"

#include <algorithm>
#include <utility>

namespace sluice::segment {

using arena::Cut;
using arena::Discontinuity;
using media::Access;
using media::AccessPointScanner;
using media::Continuity;
using media::PesHeader;
using media::TsHeader;
using media::TsPacket;

CutDecider::CutDecider(const SegmenterSpec& spec, Totals& totals)
    : rule_(spec.segment),
      inject_(spec.segment.inject_pat_pmt),
      watches_clock_(spec.watches_clock),
      totals_(totals),
      guide_(spec.program, pids_),
      preference_(rule_.target()),
      time_(rule_) {}

void CutDecider::open(int64_t arrival_ns) noexcept {
  arrival_ns_ = arrival_ns;
  untimed_ns_ = 0;
  first_packet_ = totals_.packets;
  first_media_ = kNone;
  time_.open(std::max(time_.start_utc_ns(), clock_.utc(arrival_ns)));
  discontinuity_ = std::exchange(pending_, {});
  slot_.reset();
  last_cut_.reset();
  limit_from_.reset();
  cut_soon_ = false;
  undecided_ = false;
  faults_.open();
  run_.end();
  ++segment_tag_;
}

const Totals& CutDecider::settled() const noexcept {
  if (undecided_) return point_.begin;
  return run_.is_active() ? run_.begin() : totals_;
}

void CutDecider::note_loss() noexcept {
  mark_next(Discontinuity::kLoss);
  jumps_.note_loss();
}

void CutDecider::clock_stepped() noexcept {
  mark_next(Discontinuity::kClockStep);
  clock_.reset();
}

uint64_t CutDecider::duration_90k() const noexcept {
  return time_.running(guide_silent_, audio_.ticks(), clock_.utc(arrival_ns_));
}

bool CutDecider::take_time(int64_t arrival_ns) noexcept {
  // Silence and steps of the clock are no time in which packets came.
  constexpr int64_t kLongest = 1'000'000'000;
  const int64_t gap = std::max<int64_t>(arrival_ns - arrival_ns_, 0);
  untimed_ns_ += std::min(gap, kLongest);
  time_.take_silence(std::max<int64_t>(gap - kLongest, 0));
  arrival_ns_ = arrival_ns;
  if (untimed_ns_ < rule_.max_ns()) return false;
  undecided_ = false;
  run_.end();
  propose();
  point_.pts = base_.value_or(start_pts());
  return cut(Cut::kForced, false);
}

bool CutDecider::take(const TsPacket& packet, TsHeader header) noexcept {
  const uint16_t pid = header.pid();
  if (first_media_ == kNone) [[unlikely]] {
    watch_start(packet, header);
  }
  if (header.transport_error()) [[unlikely]] {
    continuity_ = Continuity::kContinues;
    ++totals_.transport_errors;
    note_fault(pid, &arena::PidFaults::transport_errors);
    run_.end();
    return false;
  }
  if (pid == media::kNullPid) {
    continuity_ = Continuity::kContinues;
    run_.end();
    return false;
  }
  PidState& state = pids_[pid];
  const Continuity continuity = continuity_ = state.continuity.check(packet);
  if (header.scrambled()) {
    ++totals_.scrambled;
    note_fault(pid, &arena::PidFaults::scrambled);
  }
  if (continuity == Continuity::kBroken) [[unlikely]] {
    note_break(state, pid);
  }
  state.segment = segment_tag_;
  if (state.roles == kNoRole) [[likely]] {
    run_.end();
    return false;
  }
  const bool broken = continuity == Continuity::kBroken;
  if ((state.roles & kPsi) != 0) {
    run_.extend(totals_, header.unit_start());
    if (continuity != Continuity::kDuplicate) take_tables(packet, broken);
    return false;
  }
  bool cut = false;
  if (continuity != Continuity::kDuplicate) {
    if ((state.roles & kClock) != 0 && packet.has_pcr()) cut = take_pcr(packet);
    if (!cut && (state.roles & kGuide) != 0) cut = take_guide(packet, header, broken);
  }
  run_.end();
  return cut;
}

/// Media are what is in PES packets. What has begun neither a PES packet nor a section is taken for
/// media.
void CutDecider::watch_start(const TsPacket& packet, TsHeader header) noexcept {
  constexpr uint16_t kFirstFree = 0x20;     // below are tables (EN 300 468, table 1)
  constexpr uint16_t kAtscTables = 0x1ffb;  // ATSC A/65, 4.1; then the null PID
  const uint16_t pid = header.pid();
  if (pid < kFirstFree || pid >= kAtscTables || !header.has_payload()) return;
  PidState& state = pids_[pid];
  if ((state.roles & (kPsi | kSections)) != 0) return;
  const Bytes payload = packet.payload();
  const bool section = header.unit_start() && payload.size() >= 3 &&
                       (payload[0] != 0 || payload[1] != 0 || payload[2] != 1);
  if (section && !header.scrambled()) {
    state.roles |= kSections;
  } else {
    first_media_ = totals_.packets;
  }
}

void CutDecider::note_break(const PidState& state, uint16_t pid) noexcept {
  ++totals_.cc_errors;
  note_fault(pid, &arena::PidFaults::cc_errors);
  jumps_.note_loss();
  if (state.segment != segment_tag_) {
    discontinuity_.add(Discontinuity::kLoss);
  } else {
    mark_next(Discontinuity::kLoss);
  }
}

void CutDecider::take_tables(const TsPacket& packet, bool broken) noexcept {
  const ProgramGuide::News news = guide_.take(packet, broken, totals_.packets);
  if (run_.is_active()) run_.note(news);
  for (uint32_t i = 0; i < news.crc_errors; ++i) {
    ++totals_.crc_errors;
    note_fault(packet.header().pid(), &arena::PidFaults::crc_errors);
  }
  if (news.other_multiplex) source_switched();
  if (!news.pmt_changed) return;
  mark_next(Discontinuity::kPmtChange);
  cut_soon_ = true;
  undecided_ = false;
  parameters_.reset();
  audio_.reset(media::Codec::kOther);
  guide_read_ = false;
}

bool CutDecider::take_pcr(const TsPacket& packet) noexcept {
  const media::Pcr pcr = packet.pcr();
  const uint64_t base = media::pcr_base(pcr);
  const Step step = jumps_.take_pcr(pcr, packet.discontinuity_indicator(), arrival_ns_);
  if (step == Step::kSteady) {
    time_.pcr().take(base, base);
  } else {
    time_.pcr().jump(base, base);
    guide_base_ = base;
    indicator_base_.reset();
  }
  if (step == Step::kJump) {
    mark_next(Discontinuity::kTimestampJump);
    cut_soon_ = true;
  }
  if (clock_.take_pcr(pcr, arrival_ns_) && watches_clock_) mark_next(Discontinuity::kClockStep);
  untimed_ns_ = 0;
  base_ = base;
  if (!guide_base_) guide_base_ = base;
  if (!guide_silent_ && !is_recent(guide_base_)) guide_silent_ = true;
  if (!guide_silent_ || !is_new_slot(base)) return false;
  if (is_recent(indicator_base_) && (!slot_ || is_recent(rule_.start(*slot_)))) return false;
  undecided_ = false;
  propose();
  point_.pts = base;
  return this->cut(Cut::kPcr, false);
}

/// Whether the PCR has gone less than `max` beyond `base`.
bool CutDecider::is_recent(const std::optional<uint64_t>& base) const noexcept {
  return base && base_ && media::pts_distance(*base, *base_) < static_cast<int64_t>(rule_.max());
}

bool CutDecider::take_guide(const TsPacket& packet, TsHeader header, bool broken) noexcept {
  const bool first = header.unit_start();
  if (header.scrambled()) {
    undecided_ = false;
    return take_unreadable(packet.random_access_indicator(), true);
  }
  if (broken) audio_.reset(*guide_.codec());
  if (first) {
    undecided_ = false;
    head_.reset();
    header_left_ = 0;
    return take_head(packet, true);
  }
  count_audio(packet.payload());
  if (!undecided_) return false;
  if (broken) {
    undecided_ = false;
    return overdue_ && cut(Cut::kForced, true);
  }
  if (head_.state() == media::PesHead::State::kTorn) return take_head(packet, false);
  const Bytes payload = packet.payload();
  const size_t skip = std::min(header_left_, payload.size());
  header_left_ -= skip;
  return decide(scanner_.feed(payload.subspan(skip)));
}

/// Reads the header of a PES packet, which begins, or goes on, in this packet. The cut would lie in
/// front of the first.
bool CutDecider::take_head(const TsPacket& packet, bool first) noexcept {
  const Bytes payload = packet.payload();
  if (first) {
    propose();
    overdue_ = false;
    indicated_ = packet.random_access_indicator();
  }
  const media::PesHead::State state = head_.take(payload);
  undecided_ = state == media::PesHead::State::kTorn;
  if (undecided_) return false;
  const PesHeader& header = head_.header();
  if (state == media::PesHead::State::kBad || !header.pts || header.scrambled) {
    if (state == media::PesHead::State::kWhole && !header.scrambled) time_.guide().take_untimed();
    return take_unreadable(indicated_, header.scrambled);
  }
  take_guide_time(*header.pts, *header.decode_time());
  const size_t skip = std::min(head_.left(), payload.size());
  header_left_ = head_.left() - skip;
  if (media::AudioFrames::can_count(*guide_.codec())) {
    if (audio_.codec() != *guide_.codec()) audio_.reset(*guide_.codec());
    audio_.restart();
    audio_.feed(payload.subspan(skip));
  }
  return take_access_unit(payload.subspan(skip), *header.pts);
}

/// The sound of a PES packet of the guide goes on.
void CutDecider::count_audio(Bytes payload) noexcept {
  if (!media::AudioFrames::can_count(*guide_.codec())) return;
  audio_.feed(payload);
}

void CutDecider::take_guide_time(uint64_t pts, uint64_t decode) noexcept {
  untimed_ns_ = 0;
  guide_base_ = base_;
  guide_silent_ = false;
  guide_read_ = true;
  time_.take_pts(pts);
  const Step step = jumps_.take_decode_time(decode, arrival_ns_);
  if (step == Step::kSteady) {
    time_.guide().take(pts, decode);
    if (!limit_from_) limit_from_ = rule_.start(rule_.slot(pts));
    return;
  }
  limit_from_ = rule_.start(rule_.slot(pts));
  if (step == Step::kHole) {
    time_.guide().take_behind_hole(pts, decode);
    return;
  }
  time_.guide().jump(pts, decode);
  last_cut_.reset();
  preference_.reset();
  jumped_ = true;
  mark_next(Discontinuity::kTimestampJump);
  cut_soon_ = true;
}

/// @param begin  what this packet has of the elementary stream
bool CutDecider::take_access_unit(Bytes begin, uint64_t pts) noexcept {
  const media::Codec codec = *guide_.codec();
  point_.pts = pts;
  const bool jumped = std::exchange(jumped_, false);
  overdue_ = jumped || (limit_from_ && media::pts_distance(*limit_from_, pts) >=
                                           static_cast<int64_t>(rule_.max()));
  if (AccessPointScanner::can_scan(codec)) {
    undecided_ = true;
    scanner_.reset(codec);
    return decide(scanner_.feed(begin));
  }
  const bool wanted = is_new_slot(pts);
  if (!media::is_video(codec)) return (wanted || overdue_) && cut(Cut::kPes, true);
  if (wanted && indicated_) return cut(Cut::kRandomAccessIndicator, true);
  return overdue_ && cut(Cut::kForced, true);
}

/// A PES packet, or a packet, of the guide without a time stamp that can be read.
bool CutDecider::take_unreadable(bool indicated, bool scrambled) noexcept {
  if (!indicated || !base_) return false;
  indicator_base_ = base_;
  const bool silent = guide_silent_ || (scrambled && !guide_read_);
  if (!silent || !is_new_slot(*base_)) return false;
  propose();
  point_.pts = *base_;
  return cut(Cut::kRandomAccessIndicator, false);
}

bool CutDecider::decide(Access access) noexcept {
  if (access == Access::kUndecided) return false;
  undecided_ = false;
  if (access == Access::kNone && indicated_) access = Access::kIndicator;
  if (access == Access::kNone) return overdue_ && cut(Cut::kForced, true);
  const bool changed = note_parameters();
  const bool redundant = preference_.is_redundant(access, point_.pts);
  if (overdue_ || changed || (!redundant && is_new_slot(point_.pts))) {
    return cut(cut_of(access), true);
  }
  return false;
}

/// Whether the access point is coded in another way than those before it.
bool CutDecider::note_parameters() noexcept {
  const uint32_t now = scanner_.parameters();
  if (now == 0) return false;
  const auto before = std::exchange(parameters_, now);
  if (!before || *before == now) return false;
  mark_next(Discontinuity::kPmtChange);
  return true;
}

bool CutDecider::is_new_slot(uint64_t pts) const noexcept {
  if (cut_soon_ || !slot_) return true;
  const bool goes_on = !last_cut_ || media::pts_distance(*last_cut_, pts) > 0;
  return goes_on && rule_.slot(pts) != *slot_;
}

/// Notes the place in front of the next packet, or of the tables that directly precede it.
void CutDecider::propose() noexcept {
  point_.begin = run_.is_complete() ? run_.begin() : totals_;
  point_.base = base_;
  point_.utc_ns = std::max(clock_.utc(arrival_ns_), start_utc_ns());
  point_.prefix_size =
      inject_ && !run_.is_complete() ? guide_.write_tables(point_.prefix.data()) : 0;
}

bool CutDecider::cut(Cut cut, bool by_pts) noexcept {
  point_.cut = cut;
  const bool access_point = cut != Cut::kForced && cut != Cut::kPcr;
  const bool tables_only = first_media_ != 0 && point_.begin.packets <= first_media_;
  point_.is_first = point_.begin.packets == first_packet_ || (access_point && tables_only);
  point_.old_duration_90k = time_.to_cut(point_.pts, by_pts, point_.base, point_.utc_ns);
  point_.old_start_pts = time_.has_start(point_.pts)
                             ? start_pts()
                             : (point_.pts - point_.old_duration_90k) & media::kPtsMask;
  point_.old_discontinuity = discontinuity_;
  if (!point_.is_first) point_.old_faults = faults_.cut(point_.begin);
  if (point_.prefix_size > 0 && !point_.is_first) guide_.tables_written();
  const uint32_t inherited = point_.is_first ? discontinuity_.bits() : 0;
  discontinuity_ = arena::DiscontinuitySet::from_bits(pending_.bits() | inherited);
  pending_ = {};
  point_.discontinuity = discontinuity_;
  const uint64_t slot = rule_.slot(point_.pts);
  limit_from_ = cut == Cut::kForced ? rule_.forced_start(point_.pts) : rule_.start(slot);
  if (cut != Cut::kForced) {
    slot_ = slot;
    last_cut_ = point_.pts;
    cut_soon_ = false;
  }
  time_.cut(point_.pts, by_pts, point_.base, point_.utc_ns);
  untimed_ns_ = 0;
  if (!point_.is_first) first_packet_ = point_.begin.packets;
  first_media_ = 0;
  ++segment_tag_;
  return true;
}

}  // namespace sluice::segment
