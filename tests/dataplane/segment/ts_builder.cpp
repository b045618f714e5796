#include "tests/dataplane/segment/ts_builder.h"

#include <algorithm>

namespace sluice::segment {
namespace {

uint8_t low(uint64_t value) {
  return static_cast<uint8_t>(value);
}

/// Bit by bit, unlike the product's table.
uint32_t crc32(Bytes bytes) {
  uint32_t crc = 0xffff'ffff;
  for (const uint8_t byte : bytes) {
    for (int bit = 7; bit >= 0; --bit) {
      const bool carry = (crc >> 31 != 0) != ((byte >> bit & 1) != 0);
      crc = crc << 1 ^ (carry ? 0x04c1'1db7U : 0);
    }
  }
  return crc;
}

}  // namespace

const std::vector<uint8_t> TsBuilder::kIdr{0, 0, 0, 1, 0x09, 0xf0, 0, 0, 0, 1, 0x65, 0x88, 0x84};
const std::vector<uint8_t> TsBuilder::kSlice{0, 0, 0, 1, 0x09, 0xf0, 0, 0, 1, 0x41, 0x9a, 0x24};
const std::vector<uint8_t> TsBuilder::kRecoveryPoint{
    0, 0, 0, 1, 0x09, 0xf0, 0, 0, 1, 0x06, 6, 1, 0xc4, 0x80, 0, 0, 1, 0x41, 0x9a};

void TsBuilder::packet(uint16_t pid, bool unit_start, Bytes payload, const Flags& flags) {
  std::vector<uint8_t> field;
  const bool has_flags = flags.pcr || flags.random_access || flags.discontinuity;
  if (has_flags) {
    field.push_back(low((flags.discontinuity ? 0x80 : 0) | (flags.random_access ? 0x40 : 0) |
                        (flags.pcr ? 0x10 : 0)));
  }
  if (flags.pcr) {
    const uint64_t base = *flags.pcr / 300 % (uint64_t{1} << 33);
    const uint64_t extension = *flags.pcr % 300;
    for (const int shift : {25, 17, 9, 1}) field.push_back(low(base >> shift));
    field.push_back(low((base & 1) << 7 | 0x7e | extension >> 8));
    field.push_back(low(extension));
  }
  const bool is_null = pid == 0x1fff;
  const size_t room = 184 - (has_flags ? 1 + field.size() : 0);
  const bool stuffed = payload.size() < room && !is_null;
  std::vector<uint8_t> out{0x47, low((unit_start ? 0x40 : 0) | pid >> 8), low(pid), 0};
  uint8_t& counter = counters_[pid];
  out[3] = low((flags.scrambled ? 0x80 : 0) | (has_flags || stuffed ? 0x20 : 0) |
               (is_null || !payload.empty() ? 0x10 : 0));
  if (!payload.empty()) {
    out[3] |= counter & 0xf;
    ++counter;
  }
  if (has_flags || stuffed) {
    const size_t length = 183 - std::min(payload.size(), room);
    if (field.empty() && length > 0) field.push_back(0);
    field.resize(length, 0xff);
    out.push_back(low(length));
    out.insert(out.end(), field.begin(), field.end());
  }
  out.insert(out.end(), payload.begin(), payload.end());
  out.resize(188, 0xff);
  bytes_.insert(bytes_.end(), out.begin(), out.end());
}

void TsBuilder::table(uint16_t pid, std::vector<uint8_t> section) {
  const size_t length = section.size() + 4 - 3;
  section[1] = low(0xb0 | length >> 8);
  section[2] = low(length);
  const uint32_t crc = crc32(section);
  for (const int shift : {24, 16, 8, 0}) section.push_back(low(crc >> shift));
  section.insert(section.begin(), 0);  // pointer_field
  bool first = true;
  for (size_t at = 0; at < section.size(); at += 184) {
    std::vector<uint8_t> payload(
        section.begin() + static_cast<long>(at),
        section.begin() + static_cast<long>(std::min(at + 184, section.size())));
    payload.resize(184, 0xff);
    packet(pid, first, payload, Flags());
    first = false;
  }
}

void TsBuilder::pat(std::vector<uint16_t> programs, uint8_t version) {
  std::vector<uint8_t> section{0, 0, 0, 0, 1, low(0xc1 | version << 1), 0, 0};
  uint16_t pmt_pid = kPmtPid;
  for (const uint16_t number : programs) {
    for (const int byte : {number >> 8, number & 0xff, 0xe0 | pmt_pid >> 8, pmt_pid & 0xff}) {
      section.push_back(low(static_cast<uint64_t>(byte)));
    }
    ++pmt_pid;
  }
  table(0, section);
}

void TsBuilder::pmt(std::vector<PmtStream> streams, uint8_t version, uint16_t program,
                    uint16_t pmt_pid, size_t padding, uint16_t pcr_pid) {
  const uint16_t clock = pcr_pid != 0 ? pcr_pid : streams.front().pid;
  std::vector<uint8_t> section{2,
                               0,
                               0,
                               low(program >> 8),
                               low(program),
                               low(0xc1 | version << 1),
                               0,
                               0,
                               low(0xe0 | clock >> 8),
                               low(clock),
                               low(0xf0 | padding >> 8),
                               low(padding)};
  for (size_t left = padding; left > 0;) {
    const size_t body = std::min<size_t>(left - 2, 200);
    section.push_back(0x80);
    section.push_back(low(body));
    section.insert(section.end(), body, 0x11);
    left -= body + 2;
  }
  for (const PmtStream& stream : streams) {
    for (const int byte : {int{stream.type}, 0xe0 | stream.pid >> 8, stream.pid & 0xff, 0xf0, 0}) {
      section.push_back(low(static_cast<uint64_t>(byte)));
    }
  }
  table(pmt_pid, section);
}

void TsBuilder::tables() {
  pat();
  pmt({{0x1b, kVideoPid}, {0x0f, kAudioPid}});
}

void TsBuilder::pes(uint16_t pid, std::optional<uint64_t> pts, const std::vector<uint8_t>& payload,
                    const Flags& flags) {
  std::vector<uint8_t> pes{0, 0, 1, low(pid == kAudioPid ? 0xc0 : 0xe0), 0, 0, 0x80, 0, 0};
  if (pts) {
    const uint64_t p = *pts % (uint64_t{1} << 33);
    pes[7] = 0x80;
    pes[8] = 5;
    for (const uint64_t byte : {0x21 | (p >> 29 & 0xe), p >> 22, p >> 14 | 1, p >> 7, p << 1 | 1}) {
      pes.push_back(low(byte));
    }
  }
  pes.insert(pes.end(), payload.begin(), payload.end());
  Flags now = flags;
  bool first = true;
  for (Bytes rest(pes); !rest.empty();) {
    const bool has_flags = now.pcr || now.random_access || now.discontinuity;
    const size_t room = 184 - (now.pcr ? 8 : has_flags ? 2 : 0);
    const size_t n = std::min(room, rest.size());
    packet(pid, first, rest.first(n), now);
    rest = rest.subspan(n);
    now = Flags{.scrambled = flags.scrambled};
    first = false;
  }
}

void TsBuilder::picture(uint64_t pts, const std::vector<uint8_t>& begin, size_t size) {
  std::vector<uint8_t> payload = begin;
  for (size_t i = payload.size(); i < size; ++i) payload.push_back(low(0x80 | (i * 7 + pts % 251)));
  constexpr uint64_t kWrap = uint64_t{1} << 33;
  Flags flags;
  flags.pcr = (pts % kWrap + kWrap - 18'000) % kWrap * 300;
  pes(kVideoPid, pts, payload, flags);
}

}  // namespace sluice::segment
