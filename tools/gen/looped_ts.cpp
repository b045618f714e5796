#include "tools/gen/looped_ts.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>

#include "dataplane/media/pes.h"
#include "dataplane/media/timestamp.h"
#include "tools/gen/made_picture.h"

namespace sluice::gen {
namespace {

using media::kTsPacketSize;

uint64_t read_time_stamp(const uint8_t* at) {
  return uint64_t{at[0] & 0x0eU} << 29 | uint64_t{at[1]} << 22 | uint64_t{at[2] & 0xfeU} << 14 |
         uint64_t{at[3]} << 7 | uint64_t{at[4]} >> 1;
}

void write_time_stamp(uint8_t* at, uint64_t value) {
  at[0] = static_cast<uint8_t>((at[0] & 0xf1) | (value >> 29 & 0x0e));
  at[1] = static_cast<uint8_t>(value >> 22);
  at[2] = static_cast<uint8_t>(value >> 14 | 1);
  at[3] = static_cast<uint8_t>(value >> 7);
  at[4] = static_cast<uint8_t>(value << 1 | 1);
}

/// Adds to a PCR's base and leaves its extension.
void shift_pcr(uint8_t* at, uint64_t ticks) {
  const uint64_t base = uint64_t{at[0]} << 25 | uint64_t{at[1]} << 17 | uint64_t{at[2]} << 9 |
                        uint64_t{at[3]} << 1 | at[4] >> 7;
  const uint64_t moved = media::pts_add(base, ticks);
  at[0] = static_cast<uint8_t>(moved >> 25);
  at[1] = static_cast<uint8_t>(moved >> 17);
  at[2] = static_cast<uint8_t>(moved >> 9);
  at[3] = static_cast<uint8_t>(moved >> 1);
  at[4] = static_cast<uint8_t>((at[4] & 0x7f) | (moved & 1) << 7);
}

}  // namespace

Result<LoopedTs> LoopedTs::make(std::vector<uint8_t> bytes, uint64_t bitrate) {
  LoopedTs ts;
  ts.bytes_ = std::move(bytes);
  ts.packets_ = ts.bytes_.size() / kTsPacketSize;
  ts.bytes_.resize(ts.packets_ * kTsPacketSize);
  if (ts.packets_ == 0) {
    return fail("holds no TS packet");
  }
  for (size_t i = 0; i < ts.packets_; ++i) {
    if (ts.bytes_[i * kTsPacketSize] != media::kTsSync) {
      return fail("is no sequence of 188-byte TS packets: no sync byte at byte " +
                  std::to_string(i * kTsPacketSize));
    }
  }
  ts.find_counters();
  ts.find_patches();
  if (bitrate > 0) {
    ts.pace_constantly(bitrate);
  } else if (!ts.find_pace()) {
    return fail("has no two PCRs that could pace it: give a --bitrate");
  }
  ts.loop_ticks_ = ts.media_ticks();
  // By the media, not by when the last packet goes: the clock that is sent and the clock of sending
  // would part over many loops.
  if (bitrate == 0) {
    ts.loop_ns_ = ts.loop_ticks_ * 100'000 / 9;
    for (uint64_t& due : ts.due_ns_) {
      due = std::min(due, ts.loop_ns_ - 1);
    }
  }
  return ts;
}

void LoopedTs::find_counters() {
  std::array<std::optional<uint8_t>, media::kPidCount> first;
  std::array<uint8_t, media::kPidCount> last{};
  for (size_t i = 0; i < packets_; ++i) {
    const media::TsHeader header = media::TsPacket(&bytes_[i * kTsPacketSize]).header();
    if (!header.has_payload()) {
      continue;
    }
    const uint8_t counter = header.continuity_counter();
    first[header.pid()] = first[header.pid()].value_or(counter);
    last[header.pid()] = counter;
  }
  counter_step_.resize(packets_);
  for (size_t i = 0; i < packets_; ++i) {
    const uint16_t pid = media::TsPacket(&bytes_[i * kTsPacketSize]).header().pid();
    if (pid != media::kNullPid && first[pid]) {
      counter_step_[i] = static_cast<uint8_t>((last[pid] + 1 - *first[pid]) & 0xf);
    }
  }
}

void LoopedTs::find_patches() {
  for (size_t i = 0; i < packets_; ++i) {
    const media::TsPacket packet(&bytes_[i * kTsPacketSize]);
    const auto number = static_cast<uint32_t>(i);
    if (packet.has_pcr()) {
      patches_.push_back({number, 6, Kind::kPcr});
    }
    const Bytes payload = packet.payload();
    const auto pes = packet.header().unit_start() && !packet.header().scrambled()
                         ? media::PesHeader::read(payload)
                         : std::nullopt;
    const auto offset = static_cast<uint8_t>(payload.data() - packet.data());
    if (pes && pes->pts) {
      patches_.push_back({number, static_cast<uint8_t>(offset + 9), Kind::kTimeStamp});
    }
    if (pes && pes->dts) {
      patches_.push_back({number, static_cast<uint8_t>(offset + 14), Kind::kTimeStamp});
    }
    find_channel_digits(i);
  }
}

void LoopedTs::find_channel_digits(size_t packet) {
  static constexpr std::string_view kMark = kChannelMark;
  const std::string_view text(reinterpret_cast<const char*>(&bytes_[packet * kTsPacketSize]),
                              kTsPacketSize);
  const size_t at = text.find(kMark);
  if (at != std::string_view::npos && at + kMark.size() + kChannelDigits <= kTsPacketSize) {
    patches_.push_back(
        {static_cast<uint32_t>(packet), static_cast<uint8_t>(at + kMark.size()), Kind::kChannel});
  }
}

/// Between two PCRs packets are spread evenly; those before the first go with it, those behind the
/// last at the rate before it (ISO 13818-1, 2.4.2.2).
bool LoopedTs::find_pace() {
  struct Sample {
    size_t packet;
    uint64_t ns;
  };
  std::vector<Sample> samples;
  uint16_t pid = media::kNullPid;
  media::Pcr last = 0;
  for (size_t i = 0; i < packets_; ++i) {
    const media::TsPacket packet(&bytes_[i * kTsPacketSize]);
    if (!packet.has_pcr() || (!samples.empty() && packet.header().pid() != pid)) {
      continue;
    }
    pid = packet.header().pid();
    const media::Pcr pcr = packet.pcr();
    const int64_t step = samples.empty() ? 0 : media::pcr_distance(last, pcr);
    last = pcr;
    constexpr int64_t kLongestStep = 2 * int64_t{media::kPcrClock};
    if (step < 0 || step > kLongestStep) {
      continue;  // a jump takes no time
    }
    samples.push_back(
        {i, samples.empty() ? 0 : samples.back().ns + static_cast<uint64_t>(step) * 1000 / 27});
  }
  if (samples.size() < 2 || samples.back().ns == 0) {
    return false;
  }
  const auto rate = [](const Sample& from, const Sample& to) {
    return static_cast<double>(to.ns - from.ns) / static_cast<double>(to.packet - from.packet);
  };
  due_ns_.resize(packets_);
  size_t next = 1;
  for (size_t i = 0; i < packets_; ++i) {
    while (next + 1 < samples.size() && i >= samples[next].packet) {
      ++next;
    }
    const Sample& from = samples[next - 1];
    const double behind =
        rate(from, samples[next]) * (static_cast<double>(i) - static_cast<double>(from.packet));
    due_ns_[i] = static_cast<uint64_t>(std::max(0.0, static_cast<double>(from.ns) + behind));
    due_ns_[i] = i > 0 ? std::max(due_ns_[i], due_ns_[i - 1]) : due_ns_[i];
  }
  const double last_rate = rate(samples[samples.size() - 2], samples.back());
  loop_ns_ = due_ns_.back() + static_cast<uint64_t>(last_rate);
  return true;
}

void LoopedTs::pace_constantly(uint64_t bitrate) {
  constexpr uint64_t kBits = kTsPacketSize * 8 * uint64_t{1'000'000'000};
  for (size_t i = 0; i < packets_; ++i) {
    due_ns_.push_back(i * kBits / bitrate);
  }
  loop_ns_ = packets_ * kBits / bitrate;
}

/// The media time of a loop: what lies between the first and the last picture of the PID with the
/// most bytes, and one more picture. Without time stamps, the time that sending takes.
uint64_t LoopedTs::media_ticks() const {
  std::array<uint32_t, media::kPidCount> sizes{};
  std::map<uint16_t, std::vector<uint64_t>> stamps;
  for (size_t i = 0; i < packets_; ++i) {
    const media::TsPacket packet(&bytes_[i * kTsPacketSize]);
    ++sizes[packet.header().pid()];
    if (!packet.header().unit_start()) {
      continue;
    }
    if (const auto pes = media::PesHeader::read(packet.payload()); pes && pes->pts) {
      stamps[packet.header().pid()].push_back(*pes->decode_time());
    }
  }
  const auto largest = std::max_element(
      stamps.begin(), stamps.end(),
      [&sizes](const auto& a, const auto& b) { return sizes[a.first] < sizes[b.first]; });
  if (largest == stamps.end() || largest->second.size() < 2) {
    return loop_ns_ * 9 / 100'000;
  }
  const std::vector<uint64_t>& times = largest->second;
  const int64_t span = media::pts_distance(times.front(), times.back());
  const int64_t picture = span / static_cast<int64_t>(times.size() - 1);
  return span > 0 ? static_cast<uint64_t>(span + picture) : loop_ns_ * 9 / 100'000;
}

void LoopedTs::render(size_t first, const Shift& shift, std::span<uint8_t> out) const noexcept {
  const size_t count = out.size() / kTsPacketSize;
  std::memcpy(out.data(), &bytes_[first * kTsPacketSize], out.size());
  if (shift.loop > 0) {
    for (size_t i = 0; i < count; ++i) {
      uint8_t& byte = out[i * kTsPacketSize + 3];
      const auto counter = (byte + counter_step_[first + i] * shift.loop) & 0xf;
      byte = static_cast<uint8_t>((byte & 0xf0) | counter);
    }
  }
  auto patch =
      std::lower_bound(patches_.begin(), patches_.end(), first,
                       [](const Patch& one, size_t packet) { return one.packet < packet; });
  for (; patch != patches_.end() && patch->packet < first + count; ++patch) {
    apply(*patch, shift, &out[(patch->packet - first) * kTsPacketSize + patch->offset]);
  }
}

void LoopedTs::apply(const Patch& patch, const Shift& shift, uint8_t* at) const noexcept {
  const uint64_t ticks = shift.loop * loop_ticks_ + shift.ticks;
  switch (patch.kind) {
    case Kind::kPcr:
      if (ticks > 0) {
        shift_pcr(at, ticks);
      }
      break;
    case Kind::kTimeStamp:
      if (ticks > 0) {
        write_time_stamp(at, media::pts_add(read_time_stamp(at), ticks));
      }
      break;
    case Kind::kChannel:
      for (uint32_t i = kChannelDigits, rest = shift.channel; i-- > 0; rest /= 10) {
        at[i] = static_cast<uint8_t>('0' + rest % 10);
      }
      break;
  }
}

}  // namespace sluice::gen
