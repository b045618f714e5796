#include <algorithm>

#include "dataplane/media/program_tables.h"
#include "dataplane/media/tr101290_monitor.h"

/// What PAT and PMTs say there is to watch.
namespace sluice::media {
namespace {

constexpr uint16_t kCatPid = 0x0001;
constexpr uint8_t kCatTable = 0x01;
constexpr size_t kLeastTable = Section::kHeaderSize + Section::kCrcSize;

uint32_t crc_of(const Section& section) {
  const Bytes b = section.bytes().last(Section::kCrcSize);
  return uint32_t{b[0]} << 24 | uint32_t{b[1]} << 16 | uint32_t{b[2]} << 8 | b[3];
}

/// Whether PID_error and PTS_error are for it: video, and audio that is not for the impaired or
/// clean effects (audio_type of the ISO 639 language descriptor, ISO 13818-1, 2.6.18).
bool is_judged(const ElementaryStream& stream) {
  constexpr uint8_t kLanguage = 0x0a;
  const Codec codec = stream.codec();
  if (is_video(codec)) return true;
  if (!is_audio(codec)) return false;
  bool is_main = true;
  for_each_descriptor(stream.descriptors, [&](uint8_t tag, Bytes body) {
    if (tag == kLanguage && body.size() >= 4 && body[3] != 0) is_main = false;
  });
  return is_main;
}

}  // namespace

void Tr101290Monitor::take_section(uint8_t slot, const SectionSeen& seen) noexcept {
  Watch& w = watches_[slot];
  if (!seen.is_sound) {
    counts_.add(Indicator::kCrcError, now_ns_);
    return;
  }
  const bool is_table = seen.bytes.size() >= kLeastTable && (seen.bytes[1] & 0x80) != 0;
  if (w.pid == kPatPid) {
    if (seen.table_id != Pat::kTableId) {
      counts_.add(Indicator::kPatError2, now_ns_);
    } else if (is_table) {
      take_pat(Section(seen.bytes));
    }
  } else if (w.pid == kCatPid) {
    if (seen.table_id == kCatTable) {
      cat_.stop();
    } else {
      counts_.add(Indicator::kCatError, now_ns_);
    }
  } else if (w.pmt_of != 0 && seen.table_id == Pmt::kTableId && is_table) {
    take_pmt(w, Section(seen.bytes));
  }
}

void Tr101290Monitor::take_pat(const Section& section) noexcept {
  renew(pat_, Indicator::kPatError2, kTableLimitNs);
  if (!section.current()) return;
  uint32_t& crc = pat_crcs_[section.number()];
  if (crc == crc_of(section)) return;
  crc = crc_of(section);
  follow_programs(section);
}

void Tr101290Monitor::follow_programs(const Section& section) noexcept {
  uint64_t kept = 0;
  Pat(section).for_each_program([&](uint16_t number, uint16_t pmt_pid) {
    if (pmt_pid == kPatPid || pmt_pid == kNullPid) return;
    const auto is_same = [&](const Program& p) { return p.in_use && p.number == number; };
    auto found = std::find_if(programs_.begin(), programs_.end(), is_same);
    if (found == programs_.end()) {
      found = std::find_if(programs_.begin(), programs_.end(),
                           [](const Program& p) { return !p.in_use; });
      if (found == programs_.end()) return;
      *found = {number, section.number(), true, 0};
    }
    found->pat_section = section.number();
    const uint64_t program = uint64_t{1} << (found - programs_.begin());
    kept |= program;
    Watch* const carrier = watch(pmt_pid);
    if (carrier == nullptr || (carrier->pmt_of & program) != 0) return;
    forget(program);
    found->pmt_crc = 0;
    carrier->pmt_of |= program;
    if (!carrier->table.is_running()) carrier->table.start(now_ns_, kTableLimitNs);
  });
  for (size_t i = 0; i < programs_.size(); ++i) {
    Program& p = programs_[i];
    const uint64_t program = uint64_t{1} << i;
    const bool is_gone = p.pat_section == section.number() ? (kept & program) == 0
                                                           : p.pat_section > section.last_number();
    if (!p.in_use || !is_gone) continue;
    p.in_use = false;
    forget(program);
  }
  drop_unused();
}

void Tr101290Monitor::take_pmt(Watch& watch, const Section& section) noexcept {
  renew(watch.table, Indicator::kPmtError2, kTableLimitNs);
  if (!section.current()) return;
  for (size_t i = 0; i < programs_.size(); ++i) {
    const uint64_t program = uint64_t{1} << i;
    Program& p = programs_[i];
    if ((watch.pmt_of & program) == 0 || p.number != section.table_id_extension()) continue;
    if (p.pmt_crc == crc_of(section)) return;
    p.pmt_crc = crc_of(section);
    follow_streams(program, section);
    return;
  }
}

void Tr101290Monitor::follow_streams(uint64_t program, const Section& section) noexcept {
  for (size_t i = 1; i < watch_count_; ++i) {
    Watch& w = watches_[i];
    w.clock_of &= ~program;
    w.listed_in &= ~program;
    w.timed_in &= ~program;
  }
  const auto list = [&](uint16_t pid) {
    Watch* const w = pid == kNullPid ? nullptr : watch(pid);
    if (w == nullptr) return w;
    w->listed_in |= program;
    if (!w->presence.is_running()) w->presence.start(now_ns_, kPidLimitNs);
    return w;
  };
  const Pmt pmt(section);
  if (Watch* const clock = list(pmt.pcr_pid())) clock->clock_of |= program;
  pmt.for_each_stream([&](const ElementaryStream& stream) {
    if (!is_judged(stream)) return;
    if (Watch* const w = list(stream.pid)) w->timed_in |= program;
  });
  drop_unused();
}

/// A programme is gone, or is another.
void Tr101290Monitor::forget(uint64_t program) noexcept {
  for (size_t i = 1; i < watch_count_; ++i) {
    Watch& w = watches_[i];
    w.pmt_of &= ~program;
    w.clock_of &= ~program;
    w.listed_in &= ~program;
    w.timed_in &= ~program;
  }
}

void Tr101290Monitor::drop_unused() noexcept {
  for (size_t i = 1; i < watch_count_; ++i) {
    Watch& w = watches_[i];
    if (w.pmt_of == 0) w.table.stop();
    if (w.listed_in == 0) w.presence.stop();
    if (w.timed_in == 0) w.pts.stop();
    if (w.clock_of == 0) {
      w.pcr.stop();
      w.has_pcr = false;
    }
    if (!w.in_use || w.is_fixed || (w.pmt_of | w.listed_in) != 0) continue;
    w.in_use = false;
    slots_[w.pid] = 0;
  }
  listen();
}

/// What a PID is watched for may have changed.
void Tr101290Monitor::listen() noexcept {
  for (size_t i = 1; i < watch_count_; ++i) quiet_[watches_[i].pid] = 0;
}

/// The place of a PID, a new one if it has none; nullptr if there is none left.
Tr101290Monitor::Watch* Tr101290Monitor::watch(uint16_t pid) noexcept {
  if (slots_[pid] != 0) return &watches_[slots_[pid]];
  size_t slot = 1;
  while (slot < watch_count_ && watches_[slot].in_use) ++slot;
  if (slot > kMaxWatches) return nullptr;
  watch_count_ = std::max(watch_count_, slot + 1);
  Watch& w = watches_[slot] = {};
  w.pid = pid;
  w.in_use = true;
  accuracies_[slot].reset();
  slots_[pid] = static_cast<uint8_t>(slot);
  return &w;
}

uint8_t* Tr101290Monitor::kept_section(uint8_t slot) noexcept {
  const Watch& w = watches_[slot];
  const bool is_read = w.pid == kPatPid || w.pmt_of != 0;
  return is_read ? kept_.get() + slot * Section::kMaxSize : nullptr;
}

}  // namespace sluice::media
