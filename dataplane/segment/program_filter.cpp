#include "dataplane/segment/program_filter.h"

#include <algorithm>

#include "dataplane/media/crc32.h"

namespace sluice::segment {

using media::Section;
using media::TsHeader;
using media::TsPacket;

namespace {

constexpr uint8_t kCaDescriptor = 0x09;

uint8_t low(unsigned value) {
  return static_cast<uint8_t>(value);
}

/// Calls `each(pid)` for the PIDs of entitlement control messages (ISO 13818-1, 2.6.16).
template <typename Each>
void for_each_ecm_pid(Bytes descriptors, Each&& each) {
  media::for_each_descriptor(descriptors, [&](uint8_t tag, Bytes body) {
    if (tag == kCaDescriptor && body.size() >= 4) {
      each(static_cast<uint16_t>((body[2] & 0x1f) << 8 | body[3]));
    }
  });
}

}  // namespace

ProgramFilter::ProgramFilter(uint16_t program_number) : number_(program_number) {}

ProgramFilter::Fate ProgramFilter::take(const TsPacket& packet) noexcept {
  const uint16_t pid = packet.header().pid();
  if (pid == media::kPatPid) return take_pat(packet);
  if (pid == pmt_pid_) take_pmt(packet);
  return kept_[pid] ? Fate::kKeep : Fate::kLeaveOut;
}

/// Each packet in which a PAT begins is replaced by one with ours. The counter goes on as the
/// original's does, so that a loss still shows.
ProgramFilter::Fate ProgramFilter::take_pat(const TsPacket& packet) noexcept {
  const TsHeader header = packet.header();
  const Bytes payload = packet.payload();
  if (payload.empty() || header.transport_error()) return Fate::kLeaveOut;
  pat_assembler_.push(payload, header.unit_start(), [&](const Section& section, bool) {
    if (section.table_id() == media::Pat::kTableId && section.current()) rewrite_pat(section);
  });
  if (!has_pat_ || !header.unit_start()) {
    ++pat_left_out_;
    return Fate::kLeaveOut;
  }
  constexpr size_t kPayload = 5;  // behind the header and pointer_field
  replacement_.fill(0xff);
  std::copy_n(packet.data(), 3, replacement_.begin());
  replacement_[3] = low(0x10 | ((header.continuity_counter() - pat_left_out_) & 0xf));
  replacement_[4] = 0;
  std::copy(pat_.begin(), pat_.end(), replacement_.begin() + kPayload);
  return Fate::kReplace;
}

void ProgramFilter::rewrite_pat(const Section& section) noexcept {
  media::Pat(section).for_each_program([&](uint16_t number, uint16_t pmt_pid) {
    if (number != number_) return;
    const Bytes original = section.bytes();
    pat_ = {media::Pat::kTableId,
            0xb0,
            kPatSize - 3,
            original[3],
            original[4],
            original[5],
            0,
            0,
            low(number >> 8),
            low(number),
            low(0xe0U | pmt_pid >> 8),
            low(pmt_pid)};
    const uint32_t crc = media::crc32_mpeg(Bytes(pat_).first(kPatSize - Section::kCrcSize));
    for (size_t i = 0; i < Section::kCrcSize; ++i) {
      pat_[kPatSize - 1 - i] = low(crc >> (8 * i));
    }
    has_pat_ = true;
    if (pmt_pid == pmt_pid_) return;
    pmt_pid_ = pmt_pid;
    pmt_assembler_.reset();
    kept_.reset();
    kept_.set(pmt_pid);
  });
}

void ProgramFilter::take_pmt(const TsPacket& packet) noexcept {
  const TsHeader header = packet.header();
  if (header.transport_error() || header.scrambled()) return;
  pmt_assembler_.push(packet.payload(), header.unit_start(), [&](const Section& section, bool) {
    const bool ours = section.table_id() == media::Pmt::kTableId && section.current() &&
                      section.table_id_extension() == number_;
    if (ours) select(section);
  });
}

void ProgramFilter::select(const Section& section) noexcept {
  const media::Pmt pmt(section);
  const auto keep = [&](uint16_t pid) { kept_.set(pid); };
  kept_.reset();
  keep(pmt_pid_);
  keep(pmt.pcr_pid());
  for_each_ecm_pid(pmt.program_info(), keep);
  pmt.for_each_stream([&](const media::ElementaryStream& stream) {
    keep(stream.pid);
    for_each_ecm_pid(stream.descriptors, keep);
  });
  kept_.reset(media::kNullPid);  // the PCR PID of a programme without PCR
}

}  // namespace sluice::segment
