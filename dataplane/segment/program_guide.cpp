#include "dataplane/segment/program_guide.h"

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
    pat_copy_.pass(header.continuity_counter());
    if (broken) pat_assembler_.reset();
    const uint64_t began_before = pat_began_;
    if (unit_start) pat_began_ = index;
    pat_assembler_.push(payload, unit_start, [&](const Section& section, bool began_here) {
      if (section.table_id() != media::Pat::kTableId || !section.current()) return;
      news.pat = true;
      news.pat_began = began_here ? index : began_before;
      pat_copy_.keep(pid, packet, began_here, section.bytes());
      take_pat(section);
    });
    return news;
  }

  // Several programmes may share one PMT PID: each has its own sections on it.
  if (chosen_ != nullptr && chosen_->pmt_pid == pid) pmt_copy_.pass(header.continuity_counter());
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
  }
  return news;
}

void ProgramGuide::take_pat(const Section& section) noexcept {
  ++pat_repeats_;
  const uint32_t crc = crc_of(section);
  // A PAT of several sections (over 250 programmes) is taken by its first.
  if (crc == pat_crc_ || section.number() != 0) {
    choose();
    return;
  }
  pat_crc_ = crc;
  pat_repeats_ = 0;
  set_roles(false);
  for (size_t i = 0; i < count_; ++i) pids_[programs_[i].pmt_pid].roles &= ~kPsi;
  count_ = 0;
  chosen_ = nullptr;
  pmt_copy_.clear();
  media::Pat(section).for_each_program([&](uint16_t number, uint16_t pmt_pid) {
    if (count_ == kMaxPrograms || pmt_pid == media::kPatPid || pmt_pid == media::kNullPid) return;
    if (wanted_.kind == config::Program::Kind::kNumber && number != wanted_.number) return;
    Program& program = programs_[count_++];
    program.number = number;
    program.pmt_pid = pmt_pid;
    program.seen = false;
    program.guide_pid = 0;
    program.assembler.reset();
  });
  for (size_t i = 0; i < count_; ++i) pids_[programs_[i].pmt_pid].roles |= kPsi;
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

bool ProgramGuide::is_settled() const noexcept {
  if (pat_repeats_ >= kPatience) return true;
  for (size_t i = 0; i < count_; ++i) {
    if (!programs_[i].seen) return false;
  }
  return true;
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

}  // namespace sluice::segment
