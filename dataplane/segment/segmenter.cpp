#include "dataplane/segment/segmenter.h"

#include <optional>

#include "dataplane/media/rtp.h"
#include "dataplane/segment/cut_decider.h"
#include "dataplane/segment/program_filter.h"
#include "dataplane/segment/rtp_order.h"

namespace sluice::segment {

using arena::Drop;
using arena::SegmentRecord;
using media::kTsPacketSize;
using media::TsPacket;

namespace {

/// Whether a datagram that should hold bare TS packets is RTP around them: many senders of
/// multicast are not what their operators were told.
bool is_rtp(Bytes datagram) {
  if (datagram[0] == media::kTsSync) return false;
  const auto packet = media::RtpPacket::read(datagram);
  return packet && !packet->payload.empty() && packet->payload.size() % kTsPacketSize == 0 &&
         packet->payload[0] == media::kTsSync;
}

}  // namespace

namespace {

/// Whether so many packets are in sync that it is no chance: one byte in 256 of garbage is a sync
/// byte.
bool holds_ts(const uint8_t* begin, const uint8_t* end) noexcept {
  size_t in_sync = 0;
  for (const uint8_t* p = begin; p != end; p += kTsPacketSize) in_sync += *p == media::kTsSync;
  const auto packets = static_cast<size_t>(end - begin) / kTsPacketSize;
  return in_sync > 1 || (in_sync == 1 && packets <= 2);
}

}  // namespace

class Segmenter::Impl {
 public:
  Impl(const SegmenterSpec& spec, SegmentOutput& output, arena::StreamStats& stats)
      : rtp_(spec.rtp), output_(output), stats_(stats), decider_(spec, totals_) {
    if (spec.program.kind == config::Program::Kind::kNumber) filter_.emplace(spec.program.number);
  }

  void push(Bytes datagram, int64_t arrival_ns) noexcept;
  void commit() noexcept;
  void finish() noexcept;
  void lost(uint64_t datagrams) noexcept;
  void clock_stepped() noexcept { decider_.clock_stepped(); }
  void restarted() noexcept { decider_.restarted(); }

 private:
  bool strip_rtp(Bytes& datagram) noexcept;
  enum class Taken : uint8_t { kNothing, kPackets, kNoRoom };
  Taken take_packets(Bytes bytes, int64_t arrival_ns) noexcept;
  bool take_selected(const uint8_t* begin, const uint8_t* end) noexcept;
  bool take_run(const uint8_t* begin, const uint8_t* end) noexcept;
  bool ensure_open() noexcept;
  bool cut() noexcept;
  void commit_up_to(const Totals& end) noexcept;
  void seal() noexcept;
  void seal_for_room() noexcept;
  void describe(const Totals& end) noexcept;
  void describe_running() noexcept;
  void account(uint64_t datagrams) noexcept;
  void drop(Drop reason) noexcept;
  void drop_for_room(uint64_t datagrams) noexcept;
  uint64_t offset_of(const Totals& place) const noexcept {
    return prefix_size_ + (place.packets - base_.packets) * kTsPacketSize;
  }

  const bool rtp_;
  SegmentOutput& output_;
  arena::StreamStats& stats_;
  RtpOrder order_;
  std::optional<ProgramFilter> filter_;
  Totals totals_;
  Totals told_;               ///< what the counters have of totals_
  Totals base_;               ///< where the open segment begins
  Totals whole_;              ///< where the last whole datagram ended
  uint64_t accounted_ = 0;    ///< of totals_.datagrams: told as committed or dropped
  uint64_t prefix_size_ = 0;  ///< of the open segment
  int64_t arrival_ns_ = 0;    ///< of the last datagram with packets in it
  CutDecider decider_;
};

void Segmenter::Impl::push(Bytes datagram, int64_t arrival_ns) noexcept {
  stats_.received.add();
  stats_.bytes.add(datagram.size());
  stats_.last_arrival_ns.set(static_cast<uint64_t>(arrival_ns));
  if (datagram.empty()) {
    drop(Drop::kBadUdpPayload);
  } else if (!(rtp_ || is_rtp(datagram)) || strip_rtp(datagram)) {
    switch (take_packets(datagram, arrival_ns)) {
      case Taken::kNothing:
        drop(Drop::kNotTs);
        break;
      case Taken::kNoRoom:
        drop_for_room(1);
        break;
      case Taken::kPackets:
        ++totals_.datagrams;
        whole_ = totals_;
        // Nothing of the programme that is recorded has come yet.
        if (!output_.is_open()) account(totals_.datagrams);
        break;
    }
  }
}

bool Segmenter::Impl::strip_rtp(Bytes& datagram) noexcept {
  const auto packet = media::RtpPacket::read(datagram);
  if (!packet) {
    drop(Drop::kBadRtp);
    return false;
  }
  const RtpOrder::Verdict verdict = order_.take(packet->sequence, packet->ssrc);
  if (verdict.drop) {
    drop(*verdict.drop);
    return false;
  }
  if (verdict.missing > 0) {
    stats_.rtp_lost.add(verdict.missing);
    lost(verdict.missing);
  }
  datagram = packet->payload;
  return true;
}

/// Takes the datagram's packets, in runs as long as sync allows.
Segmenter::Impl::Taken Segmenter::Impl::take_packets(Bytes bytes, int64_t arrival_ns) noexcept {
  const uint8_t* const end = bytes.data() + bytes.size() / kTsPacketSize * kTsPacketSize;
  if (bytes.size() % kTsPacketSize != 0) stats_.sync_losses.add();
  if (!holds_ts(bytes.data(), end)) return Taken::kNothing;
  arrival_ns_ = arrival_ns;
  Taken taken = Taken::kNothing;
  const uint8_t* p = bytes.data();
  while (p != end) {
    const uint8_t* const begin = p;
    while (p != end && *p == media::kTsSync) p += kTsPacketSize;
    if (p != begin) {
      if (!(filter_ ? take_selected(begin, p) : take_run(begin, p))) return Taken::kNoRoom;
      taken = Taken::kPackets;
    }
    if (p == end) break;
    stats_.sync_losses.add();
    while (p != end && *p != media::kTsSync) p += kTsPacketSize;
  }
  return taken;
}

/// Packets that are all in sync, of which one programme is to be taken.
bool Segmenter::Impl::take_selected(const uint8_t* begin, const uint8_t* end) noexcept {
  const uint8_t* kept = begin;
  for (const uint8_t* p = begin; p != end; p += kTsPacketSize) {
    const ProgramFilter::Fate fate = filter_->take(TsPacket(p));
    if (fate == ProgramFilter::Fate::kKeep) continue;
    if (p != kept && !take_run(kept, p)) return false;
    kept = p + kTsPacketSize;
    if (fate == ProgramFilter::Fate::kLeaveOut) continue;
    const Bytes packet = filter_->replacement();
    if (!take_run(packet.data(), packet.data() + packet.size())) return false;
  }
  return kept == end || take_run(kept, end);
}

/// Appends packets that are all in sync, in runs as long as cuts allow. False if room ran out.
bool Segmenter::Impl::take_run(const uint8_t* begin, const uint8_t* end) noexcept {
  if (!ensure_open()) return false;
  if (decider_.take_time(arrival_ns_) && !cut()) return false;
  const uint8_t* pending = begin;
  for (const uint8_t* p = begin; p != end; p += kTsPacketSize) {
    const TsPacket packet(p);
    if (decider_.take(packet, packet.header())) [[unlikely]] {
      if (p != pending && !output_.append({pending, p})) {
        seal_for_room();
        return false;
      }
      pending = p;
      if (!cut()) return false;
    }
    ++totals_.packets;
  }
  stats_.ts_packets.add(static_cast<uint64_t>(end - begin) / kTsPacketSize);
  if (output_.append({pending, end})) return true;
  seal_for_room();
  return false;
}

bool Segmenter::Impl::ensure_open() noexcept {
  if (output_.is_open()) return true;
  if (!output_.open(SegmentRecord(), {})) return false;
  base_ = whole_ = totals_;
  prefix_size_ = 0;
  decider_.open(arrival_ns_);
  output_.record().start_utc_ns = decider_.start_utc_ns();
  return true;
}

bool Segmenter::Impl::cut() noexcept {
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
  SegmentRecord next;
  next.cut = point.cut;
  next.start_pts = point.pts;
  next.start_utc_ns = point.utc_ns;
  next.end_utc_ns = arrival_ns_;
  next.discontinuity = point.discontinuity;
  next.injected_packets = point.prefix_size / kTsPacketSize;
  const Bytes prefix(point.prefix.data(), point.prefix_size);
  const bool has_room = output_.cut(offset_of(point.begin), next, prefix);
  account(point.begin.datagrams);
  stats_.segments_sealed.add();
  if (!has_room) {
    drop_for_room(totals_.datagrams - accounted_);
    accounted_ = totals_.datagrams;
    return false;
  }
  base_ = point.begin;
  prefix_size_ = point.prefix_size;
  return true;
}

void Segmenter::Impl::commit() noexcept {
  if (!output_.is_open()) return;
  describe_running();
  commit_up_to(decider_.settled());
}

void Segmenter::Impl::finish() noexcept {
  if (!output_.is_open()) return;
  describe_running();
  commit_up_to(totals_);
  seal();
}

void Segmenter::Impl::commit_up_to(const Totals& end) noexcept {
  describe(end);
  output_.commit(offset_of(end));
  account(end.datagrams);
}

void Segmenter::Impl::seal() noexcept {
  const bool empty = output_.record().ts_packets == 0;
  output_.seal();
  if (!empty) stats_.segments_sealed.add();
}

/// The output is full: what is whole is kept.
void Segmenter::Impl::seal_for_room() noexcept {
  describe_running();
  if (whole_.packets > base_.packets) {
    commit_up_to(whole_);
  } else {
    describe(base_);
  }
  seal();
}

void Segmenter::Impl::describe(const Totals& end) noexcept {
  SegmentRecord& record = output_.record();
  record.end_utc_ns = arrival_ns_;
  record.ts_packets = end.packets - base_.packets;
  record.datagrams = end.datagrams - base_.datagrams;
  record.cc_errors = end.cc_errors - base_.cc_errors;
  record.transport_errors = end.transport_errors - base_.transport_errors;
  record.scrambled = end.scrambled - base_.scrambled;
  record.lost_datagrams = end.lost - base_.lost;
}

void Segmenter::Impl::describe_running() noexcept {
  SegmentRecord& record = output_.record();
  record.start_pts = decider_.start_pts();
  record.duration_90k = decider_.duration_90k();
  record.discontinuity = decider_.discontinuity();
}

/// Datagrams up to this one are committed.
void Segmenter::Impl::account(uint64_t datagrams) noexcept {
  if (datagrams > accounted_) {
    stats_.committed.add(datagrams - accounted_);
    accounted_ = datagrams;
  }
  stats_.cc_errors.add(totals_.cc_errors - told_.cc_errors);
  stats_.transport_errors.add(totals_.transport_errors - told_.transport_errors);
  stats_.scrambled.add(totals_.scrambled - told_.scrambled);
  told_ = totals_;
}

void Segmenter::Impl::lost(uint64_t datagrams) noexcept {
  totals_.lost += datagrams;
  decider_.note_loss();
}

void Segmenter::Impl::drop(Drop reason) noexcept {
  stats_.drops.add(reason);
  // A duplicate is no loss, and a late one was counted when it was missed.
  if (reason != Drop::kDuplicate && reason != Drop::kLate) ++totals_.lost;
}

void Segmenter::Impl::drop_for_room(uint64_t datagrams) noexcept {
  stats_.drops.add(Drop::kArenaFull, datagrams);
  lost(datagrams);
}

Segmenter::Segmenter(const SegmenterSpec& spec, SegmentOutput& output, arena::StreamStats& stats)
    : impl_(std::make_unique<Impl>(spec, output, stats)) {}
Segmenter::~Segmenter() = default;

void Segmenter::push(Bytes datagram, int64_t arrival_ns) noexcept {
  impl_->push(datagram, arrival_ns);
}
void Segmenter::commit() noexcept {
  impl_->commit();
}
void Segmenter::clock_stepped() noexcept {
  impl_->clock_stepped();
}
void Segmenter::restarted() noexcept {
  impl_->restarted();
}
void Segmenter::lost(uint64_t datagrams) noexcept {
  impl_->lost(datagrams);
}
void Segmenter::finish() noexcept {
  impl_->finish();
}

}  // namespace sluice::segment
