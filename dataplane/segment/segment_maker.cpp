#include "dataplane/segment/segment_maker.h"

namespace sluice::segment {

static_assert(arena::kIndicators == media::kIndicatorCount);

using arena::Drop;
using arena::SegmentRecord;
using media::kTsPacketSize;
using media::TsPacket;

SegmentMaker::SegmentMaker(const SegmenterSpec& spec, SegmentOutput& output,
                           arena::StreamStats& stats)
    : output_(output),
      stats_(stats),
      longest_silence_ns_(SlotRule(spec.segment).max_ns()),
      target_90k_(SlotRule(spec.segment).target()),
      decider_(spec, totals_) {
  if (spec.program.kind == config::Program::Kind::kNumber) monitor_.judge_as_part();
}

void SegmentMaker::begin_datagram(int64_t arrival_ns) noexcept {
  // No network hands over what came before what it handed over already: the clock was set back.
  constexpr int64_t kStep = 500'000'000;
  if (arrival_ns < arrival_ns_ - kStep) decider_.clock_stepped();
  arrival_ns_ = arrival_ns;
  stepped_ = false;
  monitor_.set_time(arrival_ns);
}

void SegmentMaker::note_gaps(uint64_t gaps, uint64_t packets, int64_t arrival_ns) noexcept {
  monitor_.set_time(arrival_ns);
  monitor_.take_gaps(gaps, packets);
}

void SegmentMaker::clock_stepped() noexcept {
  stepped_ = true;
  decider_.clock_stepped();
  monitor_.interrupt();
}

void SegmentMaker::tick(int64_t now_ns) noexcept {
  if (stepped_) arrival_ns_ = now_ns;
  stepped_ = false;
  if (output_.is_open() && now_ns - arrival_ns_ > longest_silence_ns_) finish();
}

/// Appends packets in runs as long as cuts allow.
bool SegmentMaker::take(const uint8_t* begin, const uint8_t* end) noexcept {
  if (!ensure_open()) return false;
  if (decider_.take_time(arrival_ns_) && !cut()) return false;
  const uint8_t* pending = begin;
  for (const uint8_t* p = begin; p != end; p += kTsPacketSize) {
    const TsPacket packet(p);
    const media::TsHeader header = packet.header();
    const bool cuts = decider_.take(packet, header);
    monitor_.take(packet, header, decider_.continuity(), totals_.packets);
    if (cuts) [[unlikely]] {
      if (p != pending && !output_.append({pending, p})) {
        seal_for_room();
        return false;
      }
      pending = p;
      if (!cut()) return false;
    }
    ++totals_.packets;
  }
  if (output_.append({pending, end})) return true;
  seal_for_room();
  return false;
}

void SegmentMaker::end_datagram() noexcept {
  ++totals_.datagrams;
  whole_ = totals_;
  // Nothing of the programme that is recorded has come yet.
  if (!output_.is_open()) account(totals_);
}

bool SegmentMaker::ensure_open() noexcept {
  if (output_.is_open()) return true;
  if (!output_.open(SegmentRecord(), {})) return false;
  base_ = whole_ = totals_;
  told_.packets = totals_.packets;
  prefix_size_ = 0;
  decider_.open(arrival_ns_);
  output_.record().start_utc_ns = decider_.start_utc_ns();
  return true;
}

bool SegmentMaker::cut() noexcept {
  const CutPoint& point = decider_.point();
  if (point.cut == arena::Cut::kForced) stats_.forced_cuts.add();
  SegmentRecord& old = output_.record();
  if (point.is_first) {
    old.cut = point.cut;
    old.start_utc_ns = point.utc_ns;
    return true;
  }
  describe(point.begin);
  old.start_pts = point.old_start_pts;
  old.duration_90k = point.old_duration_90k;
  old.discontinuity = point.old_discontinuity;
  old.faulty_pids = point.old_faults;
  SegmentRecord next;
  next.cut = point.cut;
  next.start_pts = point.pts;
  next.start_utc_ns = point.utc_ns;
  next.end_utc_ns = arrival_ns_;
  next.discontinuity = point.discontinuity;
  next.injected_packets = point.prefix_size / kTsPacketSize;
  const Bytes prefix(point.prefix.data(), point.prefix_size);
  const bool has_room = output_.cut(offset_of(point.begin), next, prefix);
  account(point.begin);
  stats_.segments_sealed.add();
  if (!has_room) {
    drop_for_room(totals_.datagrams - told_.datagrams);
    told_.datagrams = totals_.datagrams;
    return false;
  }
  base_ = point.begin;
  prefix_size_ = point.prefix_size;
  return true;
}

void SegmentMaker::commit() noexcept {
  tell_indicators();
  if (!output_.is_open()) return;
  describe_running();
  commit_up_to(decider_.settled());
}

void SegmentMaker::finish() noexcept {
  monitor_.finish();
  tell_indicators();
  if (!output_.is_open()) return;
  describe_running();
  commit_up_to(totals_);
  seal();
}

void SegmentMaker::commit_up_to(const Totals& end) noexcept {
  describe(end);
  output_.commit(offset_of(end));
  account(end);
}

void SegmentMaker::seal() noexcept {
  const bool empty = output_.record().ts_packets == 0;
  output_.seal();
  if (!empty) stats_.segments_sealed.add();
}

/// The output is full: what is whole is kept.
void SegmentMaker::seal_for_room() noexcept {
  describe_running();
  if (whole_.packets > base_.packets) {
    commit_up_to(whole_);
  } else {
    describe(base_);
  }
  seal();
}

void SegmentMaker::describe(const Totals& end) noexcept {
  SegmentRecord& record = output_.record();
  record.end_utc_ns = arrival_ns_;
  record.ts_packets = end.packets - base_.packets;
  record.datagrams = end.datagrams - base_.datagrams;
  record.cc_errors = end.cc_errors - base_.cc_errors;
  record.transport_errors = end.transport_errors - base_.transport_errors;
  record.scrambled = end.scrambled - base_.scrambled;
  record.crc_errors = end.crc_errors - base_.crc_errors;
  record.target_90k = target_90k_;
  record.lost_datagrams = end.lost - base_.lost;
}

void SegmentMaker::describe_running() noexcept {
  SegmentRecord& record = output_.record();
  record.start_pts = decider_.start_pts();
  record.duration_90k = decider_.duration_90k();
  record.discontinuity = decider_.discontinuity();
  if (!decider_.faults().empty()) record.faulty_pids = decider_.faults().all();
}

/// Packets and datagrams up to `end` are committed; what was wrong with the stream is told at once.
void SegmentMaker::account(const Totals& end) noexcept {
  if (end.datagrams > told_.datagrams) {
    stats_.committed.add(end.datagrams - told_.datagrams);
    told_.datagrams = end.datagrams;
  }
  if (end.packets > told_.packets) {
    stats_.ts_packets.add(end.packets - told_.packets);
    told_.packets = end.packets;
  }
  stats_.cc_errors.add(totals_.cc_errors - told_.cc_errors);
  stats_.transport_errors.add(totals_.transport_errors - told_.transport_errors);
  stats_.scrambled.add(totals_.scrambled - told_.scrambled);
  stats_.crc_errors.add(totals_.crc_errors - told_.crc_errors);
  told_.cc_errors = totals_.cc_errors;
  told_.crc_errors = totals_.crc_errors;
  told_.transport_errors = totals_.transport_errors;
  told_.scrambled = totals_.scrambled;
}

void SegmentMaker::tell_indicators() noexcept {
  const media::IndicatorCounts& counts = monitor_.counts();
  if (counts.total() == indicators_told_.total()) [[likely]]
    return;
  for (size_t i = 0; i < media::kIndicatorCount; ++i) {
    const auto indicator = static_cast<media::Indicator>(i);
    const media::IndicatorCount& now = counts[indicator];
    const uint64_t more = now.count - indicators_told_[indicator].count;
    if (more == 0) continue;
    arena::IndicatorStats& stats = stats_.tr101290[i];
    stats.count.add(more);
    if (stats.first_ns.get() == 0) stats.first_ns.set(static_cast<uint64_t>(now.first_ns));
    stats.last_ns.set(static_cast<uint64_t>(now.last_ns));
  }
  indicators_told_ = counts;
}

void SegmentMaker::lost(uint64_t datagrams) noexcept {
  totals_.lost += datagrams;
  decider_.note_loss();
}

void SegmentMaker::drop(Drop reason) noexcept {
  stats_.drops.add(reason);
  // A duplicate is no loss, and a late one was counted when it was missed.
  if (reason != Drop::kDuplicate && reason != Drop::kLate) ++totals_.lost;
}

void SegmentMaker::drop_for_room(uint64_t datagrams) noexcept {
  stats_.drops.add(Drop::kArenaFull, datagrams);
  monitor_.interrupt();  // it does not see what finds no room
  lost(datagrams);
}

}  // namespace sluice::segment
