#include "dataplane/segment/segmenter.h"

#include <optional>

#include "dataplane/media/rtp.h"
#include "dataplane/segment/packet_runs.h"
#include "dataplane/segment/program_filter.h"
#include "dataplane/segment/rtp_window.h"
#include "dataplane/segment/segment_maker.h"

namespace sluice::segment {

using arena::Drop;
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

class Segmenter::Impl {
 public:
  Impl(const SegmenterSpec& spec, SegmentOutput& output, arena::StreamStats& stats)
      : rtp_(spec.rtp), stats_(stats), maker_(spec, output, stats) {
    if (spec.program.kind == config::Program::Kind::kNumber) filter_.emplace(spec.program.number);
  }

  void push(Bytes datagram, int64_t arrival_ns) noexcept;
  void tick(int64_t now_ns) noexcept;
  void finish() noexcept;
  SegmentMaker& maker() noexcept { return maker_; }

 private:
  void take_rtp(Bytes datagram, int64_t arrival_ns) noexcept;
  void take_payload(Bytes payload, int64_t arrival_ns) noexcept;
  bool take_selected(const uint8_t* begin, const uint8_t* end) noexcept;
  /// Takes RTP payloads in their order.
  auto in_order() noexcept {
    return [this](Bytes payload, int64_t arrival_ns, uint32_t missing) {
      if (missing > 0) {
        stats_.rtp_lost.add(missing);
        maker_.lost(missing);
        runs_.reset();
      }
      take_payload(payload, arrival_ns);
    };
  }

  const bool rtp_;
  arena::StreamStats& stats_;
  RtpWindow window_;
  PacketRuns runs_;
  std::optional<ProgramFilter> filter_;
  SegmentMaker maker_;
};

void Segmenter::Impl::push(Bytes datagram, int64_t arrival_ns) noexcept {
  stats_.received.add();
  stats_.bytes.add(datagram.size());
  stats_.last_arrival_ns.set(static_cast<uint64_t>(arrival_ns));
  if (datagram.empty()) {
    maker_.drop(Drop::kBadUdpPayload);
  } else if (rtp_ || is_rtp(datagram)) {
    take_rtp(datagram, arrival_ns);
  } else {
    take_payload(datagram, arrival_ns);
  }
}

void Segmenter::Impl::take_rtp(Bytes datagram, int64_t arrival_ns) noexcept {
  const auto packet = media::RtpPacket::read(datagram);
  if (!packet) {
    maker_.drop(Drop::kBadRtp);
    return;
  }
  if (window_.is_new_source(*packet)) {
    window_.flush(in_order());
    runs_.reset();
    maker_.source_switched();
  }
  const auto dropped = window_.take(*packet, arrival_ns, in_order());
  if (dropped) maker_.drop(*dropped);
}

void Segmenter::Impl::take_payload(Bytes payload, int64_t arrival_ns) noexcept {
  bool begun = false;
  const PacketRuns::Found found =
      runs_.take(payload, [&](const uint8_t* begin, const uint8_t* end) {
        if (!begun) maker_.begin_datagram(arrival_ns);
        begun = true;
        return filter_ ? take_selected(begin, end) : maker_.take(begin, end);
      });
  if (found.sync_losses > 0 || found.packets == 0) [[unlikely]] {
    stats_.sync_losses.add(found.sync_losses);
    const size_t places = payload.size() / kTsPacketSize;
    const size_t missing = places > found.packets ? places - found.packets : 0;
    if (!found.stopped) maker_.note_gaps(found.sync_losses, missing, arrival_ns);
  }
  if (found.stopped) {
    maker_.drop_for_room(1);
  } else if (found.packets == 0) {
    maker_.drop(Drop::kNotTs);
  } else {
    maker_.end_datagram();
  }
}

/// Packets that are all in sync, of which one programme is to be taken.
bool Segmenter::Impl::take_selected(const uint8_t* begin, const uint8_t* end) noexcept {
  const uint8_t* kept = begin;
  for (const uint8_t* p = begin; p != end; p += kTsPacketSize) {
    const ProgramFilter::Fate fate = filter_->take(TsPacket(p));
    if (fate == ProgramFilter::Fate::kKeep) continue;
    if (p != kept && !maker_.take(kept, p)) return false;
    kept = p + kTsPacketSize;
    if (fate == ProgramFilter::Fate::kLeaveOut) continue;
    const Bytes packet = filter_->replacement();
    if (!maker_.take(packet.data(), packet.data() + packet.size())) return false;
  }
  return kept == end || maker_.take(kept, end);
}

void Segmenter::Impl::tick(int64_t now_ns) noexcept {
  if (!window_.empty()) {
    window_.expire(now_ns, in_order());
    maker_.commit();
  }
  maker_.tick(now_ns);
}

void Segmenter::Impl::finish() noexcept {
  window_.flush(in_order());
  maker_.finish();
}

Segmenter::Segmenter(const SegmenterSpec& spec, SegmentOutput& output, arena::StreamStats& stats)
    : impl_(std::make_unique<Impl>(spec, output, stats)) {}
Segmenter::~Segmenter() = default;

void Segmenter::push(Bytes datagram, int64_t arrival_ns) noexcept {
  impl_->push(datagram, arrival_ns);
}
void Segmenter::commit() noexcept {
  impl_->maker().commit();
}
void Segmenter::tick(int64_t now_ns) noexcept {
  impl_->tick(now_ns);
}
void Segmenter::clock_stepped() noexcept {
  impl_->maker().clock_stepped();
}
void Segmenter::source_switched() noexcept {
  impl_->maker().source_switched();
}
void Segmenter::restarted() noexcept {
  impl_->maker().restarted();
}
void Segmenter::lost(uint64_t datagrams) noexcept {
  impl_->maker().lost(datagrams);
}
void Segmenter::finish() noexcept {
  impl_->finish();
}

}  // namespace sluice::segment
