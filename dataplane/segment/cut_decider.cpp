#include "dataplane/segment/cut_decider.h"

#include <algorithm>
#include <utility>

#include "dataplane/media/pes.h"

namespace sluice::segment {

using arena::Cut;
using arena::Discontinuity;
using media::Access;
using media::AccessPointScanner;
using media::Continuity;
using media::PesHeader;
using media::TsHeader;
using media::TsPacket;

namespace {

Cut cut_of(Access access) {
  switch (access) {
    case Access::kIdr:
      return Cut::kIdr;
    case Access::kRecoveryPoint:
      return Cut::kRecoveryPoint;
    case Access::kIrap:
      return Cut::kIrap;
    default:
      return Cut::kIPicture;
  }
}

}  // namespace

CutDecider::CutDecider(const SegmenterSpec& spec, Totals& totals)
    : rule_(spec.segment),
      inject_(spec.segment.inject_pat_pmt),
      totals_(totals),
      guide_(spec.program, pids_) {}

void CutDecider::open(int64_t arrival_ns) noexcept {
  arrival_ns_ = arrival_ns;
  untimed_ns_ = 0;
  silence_ns_ = 0;
  first_packet_ = totals_.packets;
  start_pts_.reset();
  start_utc_ns_ = std::max(start_utc_ns_, clock_.utc(arrival_ns));
  discontinuity_ = std::exchange(pending_, {});
  slot_.reset();
  limit_from_.reset();
  span_.begin({});
  by_pts_ = true;
  cut_soon_ = false;
  undecided_ = Pending::kNothing;
  run_.end();
  ++segment_tag_;
}

const Totals& CutDecider::settled() const noexcept {
  if (undecided_ == Pending::kCandidate) return point_.begin;
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
  if (by_pts_ && span_.has_begun() && !guide_silent_) return span_.to_end();
  return clock_duration_90k(clock_.utc(arrival_ns_));
}

/// By the arrival clock, from the segment's start to `utc_ns`.
uint64_t CutDecider::clock_duration_90k(int64_t utc_ns) const noexcept {
  const int64_t ns = utc_ns - start_utc_ns_ - silence_ns_;
  return static_cast<uint64_t>(std::max<int64_t>(ns, 0)) * 9 / 100'000;
}

bool CutDecider::take_time(int64_t arrival_ns) noexcept {
  // Silence and steps of the clock are no time in which packets came.
  constexpr int64_t kLongest = 1'000'000'000;
  const int64_t gap = std::max<int64_t>(arrival_ns - arrival_ns_, 0);
  untimed_ns_ += std::min(gap, kLongest);
  silence_ns_ += std::max<int64_t>(gap - kLongest, 0);
  arrival_ns_ = arrival_ns;
  if (untimed_ns_ < rule_.max_ns()) return false;
  undecided_ = Pending::kNothing;
  run_.end();
  propose(base_.value_or(start_pts()));
  return cut(Cut::kForced, false);
}

bool CutDecider::take(const TsPacket& packet, TsHeader header) noexcept {
  const uint16_t pid = header.pid();
  if (header.transport_error()) [[unlikely]] {
    ++totals_.transport_errors;
    run_.end();
    return false;
  }
  if (pid == media::kNullPid) {
    run_.end();
    return false;
  }
  PidState& state = pids_[pid];
  const Continuity continuity = state.continuity.check(packet);
  if (header.scrambled()) ++totals_.scrambled;
  if (continuity == Continuity::kBroken) [[unlikely]] {
    note_break(state);
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

void CutDecider::note_break(const PidState& state) noexcept {
  ++totals_.cc_errors;
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
  if (!news.pmt_changed) return;
  mark_next(Discontinuity::kPmtChange);
  cut_soon_ = true;
  undecided_ = Pending::kNothing;
}

bool CutDecider::take_pcr(const TsPacket& packet) noexcept {
  const media::Pcr pcr = packet.pcr();
  const uint64_t base = media::pcr_base(pcr);
  const Step step = jumps_.take_pcr(pcr, packet.discontinuity_indicator());
  if (step != Step::kSteady) {
    guide_base_ = base;
    indicator_base_.reset();
  }
  if (step == Step::kJump) {
    mark_next(Discontinuity::kTimestampJump);
    cut_soon_ = true;
  }
  clock_.take_pcr(pcr, arrival_ns_);
  untimed_ns_ = 0;
  base_ = base;
  if (!guide_base_) guide_base_ = base;
  if (!guide_silent_ && !is_recent(guide_base_)) guide_silent_ = true;
  if (!guide_silent_ || !is_new_slot(base)) return false;
  if (slot_ && is_recent(indicator_base_) && is_recent(rule_.start(*slot_))) return false;
  undecided_ = Pending::kNothing;
  propose(base);
  return this->cut(Cut::kPcr, false);
}

/// Whether the PCR has gone less than `max` beyond `base`.
bool CutDecider::is_recent(const std::optional<uint64_t>& base) const noexcept {
  return base && base_ && media::pts_distance(*base, *base_) < static_cast<int64_t>(rule_.max());
}

bool CutDecider::take_guide(const TsPacket& packet, TsHeader header, bool broken) noexcept {
  if (header.scrambled()) return take_unreadable(packet);
  const Bytes payload = packet.payload();
  if (header.unit_start()) {
    const auto pes = PesHeader::read(payload);
    undecided_ = Pending::kNothing;
    if (!pes || !pes->pts || pes->scrambled) return take_unreadable(packet);
    take_guide_time(*pes->pts, *pes->decode_time());
    return take_access_unit(packet, *pes->pts, pes->size);
  }
  if (undecided_ == Pending::kNothing) return false;
  if (broken) return decide(Access::kNone);
  const size_t skip = std::min(header_left_, payload.size());
  header_left_ -= skip;
  return decide(scanner_.feed(payload.subspan(skip)));
}

void CutDecider::take_guide_time(uint64_t pts, uint64_t decode) noexcept {
  untimed_ns_ = 0;
  guide_base_ = base_;
  guide_silent_ = false;
  if (!start_pts_) start_pts_ = pts;
  const Step step = jumps_.take_decode_time(decode);
  if (step == Step::kSteady) {
    span_.take(pts, decode);
    if (!limit_from_) limit_from_ = pts;
    return;
  }
  span_.jump(pts, decode);
  limit_from_ = pts;
  last_idr_.reset();
  idr_regular_ = false;
  if (step == Step::kEcho) return;
  mark_next(Discontinuity::kTimestampJump);
  cut_soon_ = true;
}

bool CutDecider::take_access_unit(const TsPacket& packet, uint64_t pts,
                                  size_t header_size) noexcept {
  const media::Codec codec = *guide_.codec();
  const bool wanted = is_new_slot(pts);
  overdue_ =
      limit_from_ && media::pts_distance(*limit_from_, pts) >= static_cast<int64_t>(rule_.max());
  if (AccessPointScanner::can_scan(codec)) {
    if (!wanted && !overdue_ && codec != media::Codec::kH264) return false;
    if (wanted || overdue_) {
      propose(pts);
    } else {
      point_.pts = pts;
    }
    undecided_ = wanted || overdue_ ? Pending::kCandidate : Pending::kUseless;
    scanner_.reset(codec);
    const Bytes payload = packet.payload();
    const size_t skip = std::min(header_size, payload.size());
    header_left_ = header_size - skip;
    return decide(scanner_.feed(payload.subspan(skip)));
  }
  if (!wanted && !overdue_) return false;
  propose(pts);
  if (!media::is_video(codec)) return cut(Cut::kPes, true);
  if (wanted && packet.random_access_indicator()) return cut(Cut::kRandomAccessIndicator, true);
  return overdue_ && cut(Cut::kForced, true);
}

/// A PES packet, or a packet, of the guide without a time stamp that can be read.
bool CutDecider::take_unreadable(const TsPacket& packet) noexcept {
  if (!packet.random_access_indicator() || !base_) return false;
  indicator_base_ = base_;
  if (!guide_silent_ || !is_new_slot(*base_)) return false;
  propose(*base_);
  return cut(Cut::kRandomAccessIndicator, false);
}

bool CutDecider::decide(Access access) noexcept {
  if (access == Access::kUndecided) return false;
  const bool candidate = undecided_ == Pending::kCandidate;
  undecided_ = Pending::kNothing;
  const bool redundant = is_redundant(access);
  if (!candidate) return false;
  if (access != Access::kNone && !redundant && is_new_slot(point_.pts)) {
    return cut(cut_of(access), true);
  }
  return overdue_ && cut(Cut::kForced, true);
}

/// A recovery point where IDRs come regularly: the next one is not far, and decoders like it
/// better.
bool CutDecider::is_redundant(Access access) noexcept {
  const auto max = static_cast<int64_t>(rule_.max());
  const uint64_t pts = point_.pts;
  const bool near = last_idr_ && media::pts_distance(*last_idr_, pts) <= max;
  if (access == Access::kIdr) {
    idr_regular_ = near;
    last_idr_ = pts;
  }
  return access == Access::kRecoveryPoint && idr_regular_ && near;
}

bool CutDecider::is_new_slot(uint64_t pts) const noexcept {
  return cut_soon_ || !slot_ || rule_.slot(pts) != *slot_;
}

/// Notes the place in front of the next packet, or of the tables that directly precede it.
void CutDecider::propose(uint64_t pts) noexcept {
  point_.begin = run_.is_complete() ? run_.begin() : totals_;
  point_.pts = pts;
  point_.utc_ns = std::max(clock_.utc(arrival_ns_), start_utc_ns_);
  point_.prefix_size =
      inject_ && !run_.is_complete() ? guide_.write_tables(point_.prefix.data()) : 0;
}

bool CutDecider::cut(Cut cut, bool by_pts) noexcept {
  point_.cut = cut;
  point_.is_first = point_.begin.packets == first_packet_;
  // A start segment may hold no PTS: the one that is known is that of the cut.
  const bool has_pts = slot_ || (start_pts_ && *start_pts_ != point_.pts);
  if (by_pts && by_pts_ && span_.has_begun() && has_pts) {
    point_.old_duration_90k = span_.to(point_.pts);
  } else {
    point_.old_duration_90k = clock_duration_90k(point_.utc_ns);
  }
  point_.old_start_pts =
      has_pts ? start_pts() : (point_.pts - point_.old_duration_90k) & media::kPtsMask;
  point_.old_discontinuity = discontinuity_;
  const uint32_t inherited = point_.is_first ? discontinuity_.bits() : 0;
  discontinuity_ = arena::DiscontinuitySet::from_bits(pending_.bits() | inherited);
  pending_ = {};
  point_.discontinuity = discontinuity_;
  slot_ = rule_.slot(point_.pts);
  limit_from_ = rule_.start(*slot_);
  if (by_pts) {
    span_.begin(point_.pts);
  } else {
    span_.begin({});
  }
  by_pts_ = by_pts;
  start_pts_ = point_.pts;
  start_utc_ns_ = point_.utc_ns;
  untimed_ns_ = 0;
  silence_ns_ = 0;
  first_packet_ = point_.begin.packets;
  cut_soon_ = false;
  ++segment_tag_;
  return true;
}

}  // namespace sluice::segment
