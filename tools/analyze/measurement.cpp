#include "tools/analyze/measurement.h"

#include "dataplane/media/pes.h"

namespace sluice::tools::analyze {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr double kPacketBits = 8.0 * media::kTsPacketSize;

}  // namespace

void Measurement::set_time(int64_t now_ns) {
  monitor_.set_time(now_ns);
  if (!begun_) {
    begun_ = true;
    start_ns_ = now_ns_ = now_ns;
    window_end_ns_ = now_ns + kSecondNs;
    return;
  }
  // A clock that was set back stands until it is where it was.
  if (now_ns <= now_ns_) return;
  now_ns_ = now_ns;
  if (now_ns_ >= window_end_ns_) close_windows();
}

/// Seconds end; those in which nothing came were seconds, too, up to a minute of them.
void Measurement::close_windows() {
  constexpr int kMostSilent = 60;
  for (int i = 0; now_ns_ >= window_end_ns_; ++i) {
    if (i == kMostSilent) {
      window_end_ns_ = now_ns_ + kSecondNs;
      break;
    }
    for (const auto& figures : pids_) {
      if (!figures) continue;
      figures->bits_per_second.add(static_cast<double>(figures->in_window) * kPacketBits);
      figures->in_window = 0;
    }
    bits_per_second_.add(static_cast<double>(in_window_) * kPacketBits);
    in_window_ = 0;
    ++windows_;
    window_end_ns_ += kSecondNs;
  }
}

PidFigures& Measurement::figures(uint16_t pid) {
  auto& entry = pids_[pid];
  if (!entry) {
    entry = std::make_unique<PidFigures>();
    entry->pid = pid;
    for (uint64_t i = 0; i < windows_; ++i) entry->bits_per_second.add(0);
  }
  return *entry;
}

void Measurement::take(const media::TsPacket& packet, uint64_t number) {
  const media::TsHeader header = packet.header();
  const uint16_t pid = header.pid();
  ++packets_;
  ++in_window_;
  auto continuity = media::Continuity::kContinues;
  if (header.transport_error()) {
    // Its PID may be wrong: it is nobody's but the stream's.
    ++figures(pid).transport_errors;
  } else {
    PidFigures& f = figures(pid);
    ++f.packets;
    ++f.in_window;
    if (pid != media::kNullPid) continuity = f.continuity.check(packet);
    if (header.scrambled()) ++f.scrambled;
    if (continuity == media::Continuity::kBroken) ++f.continuity_errors;
    if (continuity == media::Continuity::kDuplicate) {
      ++f.duplicates;
    } else if (header.has_adaptation_field() && packet.has_pcr()) {
      take_pcr(f, packet, number);
    }
    if (header.unit_start() && !header.scrambled() && continuity != media::Continuity::kDuplicate) {
      take_pes(f, packet.payload());
    }
  }
  monitor_.take(packet, header, continuity, number);
  if (services_.reads(pid) && !header.transport_error() &&
      continuity != media::Continuity::kDuplicate) {
    services_.take(packet, continuity == media::Continuity::kBroken);
  }
}

void Measurement::take_pcr(PidFigures& figures, const media::TsPacket& packet, uint64_t number) {
  if (!figures.pcr) figures.pcr = std::make_unique<PcrFigures>();
  PcrFigures& f = *figures.pcr;
  const media::Pcr pcr = packet.pcr();
  ++f.count;
  if (f.last) {
    const double ms = static_cast<double>(media::pcr_distance(*f.last, pcr)) / 27'000;
    if (ms > 0 && ms <= 1000 && !packet.discontinuity_indicator()) {
      f.interval_ms.add(ms);
      f.arrival_ms.add(static_cast<double>(now_ns_ - f.last_ns) / 1e6 - ms);
    } else {
      ++f.jumps;
      judge(f);
    }
  }
  f.last = pcr;
  f.last_ns = now_ns_;
  if (f.accuracy.take(number, pcr, now_ns_)) judge(f);
}

void Measurement::judge(PcrFigures& pcr) {
  const auto verdict = pcr.accuracy.judge();
  pcr.judged += verdict.judged;
  pcr.worst_ns = std::max(pcr.worst_ns, verdict.worst_ns);
}

void Measurement::take_pes(PidFigures& figures, Bytes payload) {
  const auto pes = media::PesHeader::read(payload);
  if (!pes || !pes->pts) return;
  if (!figures.pts) figures.pts = std::make_unique<PtsFigures>();
  PtsFigures& f = *figures.pts;
  constexpr double kPerMs = 90;
  ++f.count;
  if (f.last) {
    const double ms =
        static_cast<double>(media::pts_distance(*f.last, *pes->decode_time())) / kPerMs;
    if (ms > 0 && ms <= 10'000) f.interval_ms.add(ms);
  }
  f.last = pes->decode_time();
  if (pes->dts) {
    f.ahead_of_dts_ms.add(static_cast<double>(media::pts_distance(*pes->dts, *pes->pts)) / kPerMs);
  }
  const uint16_t program = services_.program_of(figures.pid);
  if (program == 0) return;
  const auto& clock = pids_[services_.programs().at(program).pcr_pid];
  if (!clock || !clock->pcr || !clock->pcr->last) return;
  const auto since = static_cast<double>(now_ns_ - clock->pcr->last_ns) / 1e6;
  const uint64_t base = media::pcr_base(*clock->pcr->last);
  const double ms = static_cast<double>(media::pts_distance(base, *pes->pts)) / kPerMs - since;
  // Time stamps of another time base say nothing of delay.
  if (ms > -10'000 && ms < 10'000) f.ahead_of_pcr_ms.add(ms);
}

void Measurement::finish() {
  monitor_.finish();
  for (const auto& figures : pids_) {
    if (figures && figures->pcr) judge(*figures->pcr);
  }
}

}  // namespace sluice::tools::analyze
