#include "dataplane/media/tr101290_monitor.h"

#include <algorithm>

#include "dataplane/media/pes.h"
#include "dataplane/media/timestamp.h"

namespace sluice::media {
namespace {

/// PAT, CAT, NIT, SDT and BAT, EIT, TOT (EN 300 468, table 1).
constexpr std::array<uint16_t, 6> kTablePids{kPatPid, 0x0001, 0x0010, 0x0011, 0x0012, 0x0014};

constexpr int64_t kTickNs = kSecondNs / 10;

}  // namespace

Tr101290Monitor::Tr101290Monitor()
    : watches_(std::make_unique_for_overwrite<Watch[]>(kMaxWatches + 1)),
      kept_(std::make_unique_for_overwrite<uint8_t[]>((kMaxWatches + 1) * Section::kMaxSize)),
      accuracies_(std::make_unique_for_overwrite<PcrAccuracy[]>(kMaxWatches + 1)) {
  watches_[0] = {};
  for (const uint16_t pid : kTablePids) watch(pid)->is_fixed = true;
  listen();
}

/// Somewhat late is fine: what passed its limit counts the same whenever it is looked at.
void Tr101290Monitor::move_to(int64_t now_ns) noexcept {
  const int64_t step_ns = interrupted_ ? 0 : now_ns - now_ns_;
  if (step_ns < 0 && step_ns >= -kSilenceNs) return;
  const bool silent = step_ns > kSilenceNs;
  const bool anew = interrupted_ || silent || step_ns < 0;
  now_ns_ = now_ns;
  if (silent) lose_sync();
  if (anew) restart_intervals();
  if (now_ns < next_tick_ns_) return;
  tick();
}

void Tr101290Monitor::restart_intervals() noexcept {
  interrupted_ = false;
  ++line_;
  pat_.start(now_ns_, kTableLimitNs);
  cat_.stop();
  const auto restart = [&](Interval& interval, int64_t limit_ns) {
    if (interval.is_running()) interval.start(now_ns_, limit_ns);
  };
  for (size_t i = 1; i < watch_count_; ++i) {
    Watch& w = watches_[i];
    restart(w.presence, kPidLimitNs);
    restart(w.table, kTableLimitNs);
    restart(w.pts, kPtsLimitNs);
    // The PCRs on both sides of a hole say nothing of each other.
    w.pcr.stop();
    w.has_pcr = false;
  }
  next_tick_ns_ = now_ns_;
}

void Tr101290Monitor::tick() noexcept {
  next_tick_ns_ = now_ns_ + kTickNs;
  expire(pat_, Indicator::kPatError2, kTableLimitNs);
  for (size_t i = 1; i < watch_count_; ++i) {
    Watch& w = watches_[i];
    if (w.listed_in != 0 && quiet_[w.pid] != 0) {
      quiet_[w.pid] = 0;
      w.presence.start(now_ns_, kPidLimitNs);
    }
    expire(w.presence, Indicator::kPidError, kPidLimitNs);
    expire(w.table, Indicator::kPmtError2, kTableLimitNs);
    expire(w.pts, Indicator::kPtsError, kPtsLimitNs);
    expire(w.pcr, Indicator::kPcrRepetitionError, kPcrLimitNs);
  }
}

void Tr101290Monitor::expire(Interval& interval, Indicator indicator, int64_t limit_ns) noexcept {
  if (const uint64_t errors = interval.expire(now_ns_, limit_ns)) {
    counts_.add(indicator, now_ns_, errors);
  }
}

void Tr101290Monitor::renew(Interval& interval, Indicator indicator, int64_t limit_ns) noexcept {
  expire(interval, indicator, limit_ns);
  interval.start(now_ns_, limit_ns);
}

void Tr101290Monitor::find_sync() noexcept {
  in_sync_ = ++good_in_a_row_ >= kSyncBytesToFind;
}

void Tr101290Monitor::lose_sync() noexcept {
  if (in_sync_) counts_.add(Indicator::kTsSyncLoss, now_ns_);
  in_sync_ = false;
  good_in_a_row_ = 0;
  quiet_.fill(0);  // each packet counts towards finding it again
}

void Tr101290Monitor::take_bad_sync(uint64_t places) noexcept {
  if (places == 0) return;
  counts_.add(Indicator::kSyncByteError, now_ns_, places);
  ++line_;
  if (places >= kSyncBytesToLose) {
    lose_sync();
  } else {
    good_in_a_row_ = 0;
  }
}

void Tr101290Monitor::take_gaps(uint64_t gaps, uint64_t packets) noexcept {
  if (packets > gaps) {
    take_bad_sync(packets);
  } else {
    for (; gaps > 0; --gaps) take_bad_sync(1);
  }
}

void Tr101290Monitor::take_break(uint8_t slot) noexcept {
  counts_.add(Indicator::kContinuityCountError, now_ns_);
  ++line_;
  watches_[slot].follower.reset();
}

void Tr101290Monitor::take_special(const TsPacket& packet, TsHeader header, Continuity continuity,
                                   uint64_t number) noexcept {
  const uint16_t pid = header.pid();
  const uint8_t slot = slots_[pid];
  if (!in_sync_) find_sync();
  if (header.transport_error()) {
    counts_.add(Indicator::kTransportError, now_ns_);
    return;
  }
  if (continuity == Continuity::kBroken) take_break(slot);
  Watch& w = watches_[slot];
  if (w.listed_in != 0) renew(w.presence, Indicator::kPidError, kPidLimitNs);
  quiet_[pid] = in_sync_ && !w.has_tables() ? 1 : 0;
  if (header.scrambled()) take_scrambled(slot);
  if (continuity == Continuity::kDuplicate) return;
  if (w.clock_of != 0 && header.has_adaptation_field()) take_clock(slot, packet, number);
  if (w.has_tables() && !header.scrambled()) {
    w.follower.push(packet.payload(), header.unit_start(), kept_section(slot),
                    [&](const SectionSeen& seen) { take_section(slot, seen); });
  } else if (w.timed_in != 0 && header.unit_start()) {
    take_pts(w, header, packet.payload());
  }
}

/// 2.6 has no limit of its own for how long a CAT may be missing; time runs only while packets are
/// scrambled.
void Tr101290Monitor::take_scrambled(uint8_t slot) noexcept {
  const Watch& w = watches_[slot];
  if (slot != 0 && w.pid == kPatPid) counts_.add(Indicator::kPatError2, now_ns_);
  if (w.pmt_of != 0) counts_.add(Indicator::kPmtError2, now_ns_);
  if (is_part_) return;
  if (!cat_.is_running()) cat_.start(now_ns_, kCatLimitNs);
  expire(cat_, Indicator::kCatError, kCatLimitNs);
}

void Tr101290Monitor::take_clock(uint8_t slot, const TsPacket& packet, uint64_t number) noexcept {
  Watch& w = watches_[slot];
  if (packet.discontinuity_indicator()) w.announced = true;
  if (!packet.has_pcr()) return;
  const Pcr pcr = packet.pcr();
  if (w.has_pcr && !w.announced) {
    const int64_t step_ns = pcr_distance(w.last_pcr, pcr) * 1000 / 27;
    if (step_ns < 0 || step_ns > kPcrLimitNs) {
      counts_.add(Indicator::kPcrDiscontinuityIndicatorError, now_ns_);
      ++line_;
    }
  }
  if (w.announced) ++line_;
  renew(w.pcr, Indicator::kPcrRepetitionError, kPcrLimitNs);
  w.last_pcr = pcr;
  w.has_pcr = true;
  w.announced = false;
  if (is_part_) return;
  if (w.line != line_) {
    judge_accuracy(slot);
    w.line = line_;
  }
  if (accuracies_[slot].take(number, pcr, now_ns_)) judge_accuracy(slot);
}

void Tr101290Monitor::judge_accuracy(uint8_t slot) noexcept {
  const size_t taken = accuracies_[slot].size();
  const PcrAccuracy::Verdict verdict = accuracies_[slot].judge();
  pcrs_judged_ += verdict.judged;
  pcrs_not_judged_ += taken - verdict.judged;
  if (verdict.errors == 0) return;
  counts_.add(Indicator::kPcrAccuracyError, verdict.first_error_ns);
  if (verdict.errors > 1) {
    counts_.add(Indicator::kPcrAccuracyError, verdict.last_error_ns, verdict.errors - 1);
  }
}

void Tr101290Monitor::take_pts(Watch& watch, TsHeader header, Bytes payload) noexcept {
  constexpr size_t kWithPts = 14;
  const auto pes = PesHeader::read(payload);
  if (header.scrambled() || (pes && pes->scrambled)) {
    watch.pts.stop();
    return;
  }
  // A time stamp that lies in the PID's next packet is taken to be there.
  if ((pes && pes->pts) || payload.size() < kWithPts) {
    renew(watch.pts, Indicator::kPtsError, kPtsLimitNs);
  } else if (pes && !watch.pts.is_running()) {
    watch.pts.start(now_ns_, kPtsLimitNs);
  }
}

void Tr101290Monitor::finish() noexcept {
  tick();
  for (size_t slot = 1; slot < watch_count_; ++slot) {
    if (watches_[slot].clock_of != 0) judge_accuracy(static_cast<uint8_t>(slot));
  }
}

}  // namespace sluice::media
