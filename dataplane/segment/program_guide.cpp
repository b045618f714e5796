#include "dataplane/segment/program_guide.h"

#include <algorithm>
#include <utility>

namespace sluice::segment {

using media::Codec;
using media::Section;
using media::TsPacket;

namespace {

/// PATs after which programmes whose PMT never came are no longer waited for: about a second.
constexpr unsigned kPatience = 10;

uint32_t crc_of(const Section& section) {
  const Bytes b = section.bytes().last(Section::kCrcSize);
  return uint32_t{b[0]} << 24 | uint32_t{b[1]} << 16 | uint32_t{b[2]} << 8 | b[3];
}

/// How well a stream serves as guide: video, then audio, then other PES.
int rank(Codec codec) {
  return media::is_video(codec) ? 3 : media::is_audio(codec) ? 2 : 1;
}

}  // namespace

ProgramGuide::ProgramGuide(const config::Program& wanted, PidTable& pids)
    : wanted_(wanted), pids_(pids), programs_(new Program[kMaxPrograms]) {
  pids_[media::kPatPid].roles = kPsi;
}

ProgramGuide::News ProgramGuide::take(const TsPacket& packet, bool broken,
                                      uint64_t index) noexcept {
  News news;
  const media::TsHeader header = packet.header();
  const uint16_t pid = header.pid();
  const Bytes payload = packet.payload();
  const bool unit_start = header.unit_start();
  if (payload.empty() || header.scrambled()) return news;
  if (pid == media::kPatPid) {
    if (broken) pat_assembler_.reset();
    take_pat_packet(packet, index, news);
    return news;
  }

  // Several programmes may share one PMT PID: each has its own sections on it.
  if (chosen_ != nullptr && chosen_->pmt_pid == pid) pmt_copy_.pass(header.continuity_counter());
  bool first = true;
  for (size_t i = 0; i < count_; ++i) {
    Program& program = programs_[i];
    if (program.pmt_pid != pid) continue;
    if (broken) program.assembler.reset();
    const uint64_t began_before = program.pmt_began;
    if (unit_start) program.pmt_began = index;
    program.assembler.push(payload, unit_start, [&](const Section& section, bool began_here) {
      if (section.table_id() != media::Pmt::kTableId || !section.current() ||
          section.table_id_extension() != program.number) {
        return;
      }
      take_pmt(program, section);
      if (&program != chosen_) return;
      news.pmt = true;
      news.pmt_changed = guide_crc_ && *guide_crc_ != program.crc;
      guide_crc_ = program.crc;
      news.pmt_began = began_here ? index : began_before;
      pmt_copy_.keep(pid, packet, began_here, section.bytes());
    });
    const uint32_t crc_errors = program.assembler.take_crc_errors();
    if (std::exchange(first, false)) news.crc_errors = crc_errors;
  }
  return news;
}

void ProgramGuide::take_pat_packet(const TsPacket& packet, uint64_t index, News& news) noexcept {
  const media::TsHeader header = packet.header();
  pat_copy_.pass(header.continuity_counter());
  const uint64_t began_before = pat_began_;
  if (header.unit_start()) pat_began_ = index;
  pat_assembler_.push(packet.payload(), header.unit_start(),
                      [&](const Section& section, bool began_here) {
                        if (section.table_id() != media::Pat::kTableId || !section.current()) {
                          return;
                        }
                        take_pat(section, news);
                        if (!names_guide(section)) return;
                        news.pat = true;
                        news.pat_began = began_here ? index : began_before;
                        pat_copy_.keep(media::kPatPid, packet, began_here, section.bytes());
                      });
  news.crc_errors = pat_assembler_.take_crc_errors();
}

/// Whether this section of the PAT is the one that players need.
bool ProgramGuide::names_guide(const Section& section) const noexcept {
  if (section.last_number() == 0) return true;
  bool names = chosen_ == nullptr && section.number() == 0;
  media::Pat(section).for_each_program([&](uint16_t number, uint16_t) {
    names = names || (chosen_ != nullptr && number == chosen_->number);
  });
  return names;
}

void ProgramGuide::take_pat(const Section& section, News& news) noexcept {
  const size_t number = section.number();
  if (number >= kMaxPatSections) return;
  const uint16_t id = section.table_id_extension();
  news.other_multiplex |= transport_stream_id_ && *transport_stream_id_ != id;
  transport_stream_id_ = id;
  if (number == 0) ++pat_repeats_;
  const uint32_t crc = crc_of(section);
  if (pat_crcs_[number] == crc) {
    choose();
    return;
  }
  if (pat_crcs_[number] || pat_sections_ == 0 || section.version() != pat_version_) {
    begin_pat(section);
  }
  pat_crcs_[number] = crc;
  media::Pat(section).for_each_program([&](uint16_t program, uint16_t pid) { list(program, pid); });
  const auto read = static_cast<size_t>(std::count_if(
      pat_crcs_.begin(), pat_crcs_.end(), [](const auto& there) { return there.has_value(); }));
  if (!pat_whole_ && read == pat_sections_) end_pat();
}

/// Another PAT, the first of whose sections this is.
void ProgramGuide::begin_pat(const Section& section) noexcept {
  pat_crcs_.fill({});
  pat_version_ = section.version();
  pat_sections_ = std::min<size_t>(size_t{section.last_number()} + 1, kMaxPatSections);
  pat_whole_ = false;
  pat_repeats_ = 0;
  for (size_t i = 0; i < count_; ++i) programs_[i].listed = false;
}

void ProgramGuide::list(uint16_t number, uint16_t pmt_pid) noexcept {
  if (pmt_pid == media::kPatPid || pmt_pid == media::kNullPid) return;
  if (wanted_.kind == config::Program::Kind::kNumber && number != wanted_.number) return;
  Program* const end = programs_.get() + count_;
  Program* place =
      std::find_if(programs_.get(), end, [number](const Program& p) { return p.number == number; });
  if (place != end && place->pmt_pid == pmt_pid) {
    place->listed = true;
    return;
  }
  if (place == end) {
    if (count_ < kMaxPrograms) {
      ++count_;
    } else {
      place = std::max_element(programs_.get(), end, [](const Program& a, const Program& b) {
        return a.number < b.number;
      });
      if (place->number < number) return;
    }
  }
  forget(*place);
  *place = Program();
  place->number = number;
  place->pmt_pid = pmt_pid;
  pids_[pmt_pid].roles |= kPsi;
}

/// The PAT has been read: what it does not name is gone.
void ProgramGuide::end_pat() noexcept {
  pat_whole_ = true;
  for (size_t i = count_; i-- > 0;) {
    if (programs_[i].listed) continue;
    forget(programs_[i]);
    --count_;
    if (i == count_) continue;
    if (chosen_ == &programs_[count_]) chosen_ = &programs_[i];
    programs_[i] = programs_[count_];
  }
  for (size_t i = 0; i < count_; ++i) pids_[programs_[i].pmt_pid].roles |= kPsi;
  choose();
}

/// A programme's place is needed.
void ProgramGuide::forget(Program& program) noexcept {
  if (program.pmt_pid != media::kPatPid) pids_[program.pmt_pid].roles &= ~kPsi;
  if (chosen_ != &program) return;
  set_roles(false);
  chosen_ = nullptr;
  pmt_copy_.clear();
}

void ProgramGuide::take_pmt(Program& program, const Section& section) noexcept {
  const uint32_t crc = crc_of(section);
  if (program.seen && program.crc == crc) {
    if (chosen_ == nullptr) choose();
    return;
  }
  program.seen = true;
  program.crc = crc;
  program.guide_pid = 0;
  const media::Pmt pmt(section);
  program.pcr_pid = pmt.pcr_pid();
  pmt.for_each_stream([&](const media::ElementaryStream& stream) {
    const Codec codec = stream.codec();
    if (!stream.is_pes()) return;
    if (program.guide_pid != 0 && rank(codec) <= rank(program.codec)) return;
    program.guide_pid = stream.pid;
    program.codec = codec;
  });
  choose();
}

/// Whether nothing that is still to come can be a better guide: no programme with a lower number
/// than the first that has video.
bool ProgramGuide::is_settled() const noexcept {
  if (pat_repeats_ >= kPatience) return true;
  if (!pat_whole_) return chosen_ != nullptr;
  uint16_t unseen = UINT16_MAX;
  uint16_t video = UINT16_MAX;
  bool all = true;
  for (size_t i = 0; i < count_; ++i) {
    const Program& program = programs_[i];
    if (!program.seen) {
      all = false;
      unseen = std::min(unseen, program.number);
    } else if (program.guide_pid != 0 && media::is_video(program.codec)) {
      video = std::min(video, program.number);
    }
  }
  return all || video < unseen;
}

void ProgramGuide::choose() noexcept {
  if (!is_settled()) return;
  const auto value = [](const Program& program) {
    return program.guide_pid == 0 ? 0 : rank(program.codec);
  };
  Program* best = nullptr;
  for (size_t i = 0; i < count_; ++i) {
    Program& program = programs_[i];
    if (!program.seen) continue;
    if (best == nullptr || value(program) > value(*best) ||
        (value(program) == value(*best) && program.number < best->number)) {
      best = &program;
    }
  }
  if (best != chosen_) pmt_copy_.clear();
  set_roles(false);
  chosen_ = best;
  set_roles(true);
}

void ProgramGuide::set_roles(bool on) noexcept {
  if (!on) {
    pids_[guide_pid_].roles &= ~kGuide;
    pids_[clock_pid_].roles &= ~kClock;
    guide_pid_ = clock_pid_ = media::kNullPid;
    codec_.reset();
    return;
  }
  if (chosen_ == nullptr) return;
  if (chosen_->guide_pid != 0) {
    guide_pid_ = chosen_->guide_pid;
    codec_ = chosen_->codec;
    pids_[guide_pid_].roles |= kGuide;
  }
  clock_pid_ = chosen_->pcr_pid;
  pids_[clock_pid_].roles |= kClock;
}

size_t ProgramGuide::write_tables(uint8_t* to) const noexcept {
  if (pat_copy_.empty() || pmt_copy_.empty()) return 0;
  const size_t pat = pat_copy_.write(to);
  return pat + pmt_copy_.write(to + pat);
}

void ProgramGuide::tables_written() noexcept {
  pat_copy_.written();
  pmt_copy_.written();
}

}  // namespace sluice::segment
