#include "tools/analyze/services.h"

#include <fmt/format.h>

#include "tools/analyze/dvb_text.h"

namespace sluice::tools::analyze {
namespace {

using media::Codec;

constexpr uint16_t kSdtPid = 0x0011;
constexpr uint8_t kSdtActual = 0x42;

std::string name_of(Codec codec) {
  switch (codec) {
    case Codec::kMpeg2Video:
      return "MPEG-2 video";
    case Codec::kH264:
      return "H.264 video";
    case Codec::kHevc:
      return "HEVC video";
    case Codec::kOtherVideo:
      return "other video";
    case Codec::kMpegAudio:
      return "MPEG audio";
    case Codec::kAac:
      return "AAC audio";
    case Codec::kLatmAac:
      return "AAC LATM audio";
    case Codec::kAc3:
      return "AC-3 audio";
    case Codec::kEac3:
      return "E-AC-3 audio";
    case Codec::kOtherAudio:
      return "other audio";
    default:
      return {};
  }
}

/// What a stream without a codec of ours is, by its descriptors (EN 300 468, 6.1) and type.
std::string kind_of(const media::ElementaryStream& stream) {
  std::string kind = name_of(stream.codec());
  if (!kind.empty()) return kind;
  media::for_each_descriptor(stream.descriptors, [&](uint8_t tag, Bytes) {
    if (tag == 0x56) kind = "teletext";
    if (tag == 0x59) kind = "DVB subtitles";
    if (tag == 0x6f) kind = "AIT";
  });
  if (!kind.empty()) return kind;
  switch (stream.stream_type) {
    case 0x05:
      return "private sections";
    case 0x06:
      return "private data";
    case 0x0b:
    case 0x0c:
    case 0x0d:
      return "DSM-CC";
    case 0x15:
      return "timed metadata";
    case 0x86:
      return "SCTE-35";
    default:
      return fmt::format("type 0x{:02x}", stream.stream_type);
  }
}

std::string language_of(Bytes descriptors) {
  std::string language;
  media::for_each_descriptor(descriptors, [&](uint8_t tag, Bytes body) {
    const bool names_one = tag == 0x0a || tag == 0x56 || tag == 0x59;
    if (names_one && body.size() >= 3 && language.empty()) {
      language = dvb_text(body.first(3));
    }
  });
  return language;
}

}  // namespace

Services::Services() {
  assemblers_[media::kPatPid];
  assemblers_[kSdtPid];
}

void Services::take(const media::TsPacket& packet, bool broken) {
  const media::TsHeader header = packet.header();
  if (header.scrambled()) return;
  const uint16_t pid = header.pid();
  media::SectionAssembler& assembler = assemblers_.at(pid);
  if (broken) assembler.reset();
  assembler.push(packet.payload(), header.unit_start(),
                 [&](const media::Section& section, bool) { take_section(pid, section); });
}

void Services::take_section(uint16_t pid, const media::Section& section) {
  if (!section.current()) return;
  if (pid == media::kPatPid && section.table_id() == media::Pat::kTableId) {
    take_pat(section);
  } else if (pid == kSdtPid && section.table_id() == kSdtActual) {
    take_sdt(section);
  } else if (section.table_id() == media::Pmt::kTableId) {
    take_pmt(pid, section);
  }
}

void Services::take_pat(const media::Section& section) {
  const media::Pat pat(section);
  transport_stream_id_ = pat.transport_stream_id();
  pat.for_each_program([&](uint16_t number, uint16_t pmt_pid) {
    ProgramEntry& program = programs_[number];
    program.pmt_pid = pmt_pid;
    if (const auto named = names_.find(number); named != names_.end()) {
      std::tie(program.service, program.provider) = named->second;
    }
    assemblers_[pmt_pid];
  });
}

void Services::take_pmt(uint16_t pid, const media::Section& section) {
  const media::Pmt pmt(section);
  const auto found = programs_.find(pmt.program_number());
  if (found == programs_.end() || found->second.pmt_pid != pid) return;
  ProgramEntry& program = found->second;
  program.has_pmt = true;
  program.pcr_pid = pmt.pcr_pid();
  program.streams.clear();
  pmt.for_each_stream([&](const media::ElementaryStream& stream) {
    program.streams.push_back(
        {stream.pid, stream.stream_type, kind_of(stream), language_of(stream.descriptors)});
  });
}

/// SDT: ids of the network, then a loop of services (EN 300 468, 5.2.3).
void Services::take_sdt(const media::Section& section) {
  constexpr size_t kHead = 3;
  constexpr size_t kServiceHead = 5;
  constexpr uint8_t kServiceDescriptor = 0x48;
  Bytes rest = section.body();
  if (rest.size() < kHead) return;
  rest = rest.subspan(kHead);
  while (rest.size() >= kServiceHead) {
    const auto number = static_cast<uint16_t>(rest[0] << 8 | rest[1]);
    const size_t length = static_cast<size_t>(rest[3] & 0xf) << 8 | rest[4];
    if (rest.size() - kServiceHead < length) return;
    media::for_each_descriptor(rest.subspan(kServiceHead, length), [&](uint8_t tag, Bytes body) {
      if (tag != kServiceDescriptor || body.size() < 3) return;
      const size_t provider = body[1];
      if (body.size() < 3 + provider) return;
      const size_t name = body[2 + provider];
      if (body.size() < 3 + provider + name) return;
      auto& entry = names_[number];
      entry = {dvb_text(body.subspan(3 + provider, name)), dvb_text(body.subspan(2, provider))};
      if (const auto known = programs_.find(number); known != programs_.end()) {
        std::tie(known->second.service, known->second.provider) = entry;
      }
    });
    rest = rest.subspan(kServiceHead + length);
  }
}

uint16_t Services::program_of(uint16_t pid) const {
  for (const auto& [number, program] : programs_) {
    if (program.pmt_pid == pid || program.pcr_pid == pid) return number;
    for (const StreamEntry& stream : program.streams) {
      if (stream.pid == pid) return number;
    }
  }
  return 0;
}

std::string Services::language(uint16_t pid) const {
  for (const auto& [number, program] : programs_) {
    for (const StreamEntry& stream : program.streams) {
      if (stream.pid == pid) return stream.language;
    }
  }
  return {};
}

std::string Services::kind(uint16_t pid) const {
  static const std::map<uint16_t, std::string> kFixed{
      {0x0000, "PAT"}, {0x0001, "CAT"}, {0x0010, "NIT"},      {0x0011, "SDT, BAT"},
      {0x0012, "EIT"}, {0x0013, "RST"}, {0x0014, "TDT, TOT"}, {media::kNullPid, "null packets"},
  };
  if (const auto fixed = kFixed.find(pid); fixed != kFixed.end()) return fixed->second;
  bool is_clock = false;
  for (const auto& [number, program] : programs_) {
    if (program.pmt_pid == pid) return "PMT";
    is_clock |= program.pcr_pid == pid;
    for (const StreamEntry& stream : program.streams) {
      if (stream.pid == pid) return stream.kind;
    }
  }
  return is_clock ? "PCR" : "";
}

}  // namespace sluice::tools::analyze
