#include "dataplane/media/stream_info.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "dataplane/media/pes.h"
#include "dataplane/media/program_tables.h"
#include "dataplane/media/section.h"
#include "dataplane/media/timestamp.h"
#include "dataplane/media/ts_packet.h"
#include "dataplane/media/video_header.h"

namespace sluice::media {
namespace {

struct Stream {
  uint16_t pid = 0;
  Codec codec{};
};

/// Calls `each(packet)` for the packets of one PID that carry anything.
template <typename Each>
void for_each_packet(Bytes segment, uint16_t pid, Each&& each) {
  for (; segment.size() >= kTsPacketSize; segment = segment.subspan(kTsPacketSize)) {
    const TsPacket packet(segment.data());
    const TsHeader header = packet.header();
    if (header.in_sync() && !header.transport_error() && !header.scrambled() &&
        header.pid() == pid) {
      each(packet);
    }
  }
}

/// The video and audio of the programme that counts, in the order of its PMT.
std::vector<Stream> find_streams(Bytes segment) {
  std::map<uint16_t, uint16_t> pmt_pids;
  SectionAssembler pat;
  for_each_packet(segment, kPatPid, [&](const TsPacket& packet) {
    pat.push(packet.payload(), packet.header().unit_start(), [&](const Section& section, bool) {
      if (section.table_id() != Pat::kTableId || !section.current()) return;
      Pat(section).for_each_program(
          [&](uint16_t number, uint16_t pmt_pid) { pmt_pids.emplace(number, pmt_pid); });
    });
  });
  std::vector<Stream> first;
  for (const auto& [number, pmt_pid] : pmt_pids) {
    std::vector<Stream> streams;
    SectionAssembler pmt;
    for_each_packet(segment, pmt_pid, [&, wanted = number](const TsPacket& packet) {
      pmt.push(packet.payload(), packet.header().unit_start(), [&](const Section& section, bool) {
        if (!streams.empty() || section.table_id() != Pmt::kTableId || !section.current() ||
            section.table_id_extension() != wanted) {
          return;
        }
        Pmt(section).for_each_stream([&](const ElementaryStream& stream) {
          const Codec codec = stream.codec();
          if (is_video(codec) || is_audio(codec)) streams.push_back({stream.pid, codec});
        });
      });
    });
    const bool has_video = std::any_of(streams.begin(), streams.end(),
                                       [](const Stream& s) { return is_video(s.codec); });
    if (has_video) return streams;
    if (first.empty()) first = std::move(streams);
  }
  return first;
}

/// An elementary stream without its PES headers, and when its access units are decoded.
struct Elementary {
  std::vector<uint8_t> bytes;
  std::vector<uint64_t> decode_times;
};

Elementary collect(Bytes segment, uint16_t pid) {
  Elementary stream;
  bool begun = false;
  for_each_packet(segment, pid, [&](const TsPacket& packet) {
    Bytes payload = packet.payload();
    if (packet.header().unit_start()) {
      const auto pes = PesHeader::read(payload);
      begun = pes.has_value() && !pes->scrambled;
      if (!begun) return;
      payload = payload.subspan(std::min(pes->size, payload.size()));
      if (const auto time = pes->decode_time()) stream.decode_times.push_back(*time);
    }
    if (begun) stream.bytes.insert(stream.bytes.end(), payload.begin(), payload.end());
  });
  return stream;
}

/// Frames a second by the distance of decoding times, which count 90 kHz: the mean over a few
/// frames is put right to the rates that are in use.
double measured_frame_rate(const std::vector<uint64_t>& times) {
  constexpr std::array<double, 8> kRates{24'000.0 / 1001, 24, 25, 30'000.0 / 1001, 30, 50,
                                         60'000.0 / 1001, 60};
  std::vector<int64_t> steps;
  for (size_t i = 1; i < times.size(); ++i) steps.push_back(pts_distance(times[i - 1], times[i]));
  if (steps.empty()) return 0;
  std::sort(steps.begin(), steps.end());
  const int64_t median = steps[steps.size() / 2];
  if (median <= 0) return 0;
  double sum = 0;
  double count = 0;
  for (const int64_t step : steps) {  // 3753 and 3754 take turns at 23.976
    if (std::abs(step - median) > 2) continue;
    sum += static_cast<double>(step);
    ++count;
  }
  const double rate = static_cast<double>(kPtsClock) * count / sum;
  for (const double standard : kRates) {
    // 23.976 and 24 are a thousandth apart.
    if (std::abs(rate - standard) < standard * 0.0004) return standard;
  }
  return rate;
}

/// Layer II or III of MPEG audio, or the object type of AAC, by the first frame's header.
std::optional<std::string> read_mpeg_audio(const std::vector<uint8_t>& bytes) {
  for (size_t i = 0; i + 2 < bytes.size(); ++i) {
    if (bytes[i] != 0xff || (bytes[i + 1] & 0xe0) != 0xe0) continue;
    switch (bytes[i + 1] >> 1 & 3) {
      case 1:
        return "mp4a.40.34";
      case 2:
        return "mp4a.40.33";
      case 3:
        return "mp4a.40.32";
      default:
        break;
    }
  }
  return {};
}

std::optional<std::string> read_adts(const std::vector<uint8_t>& bytes) {
  for (size_t i = 0; i + 2 < bytes.size(); ++i) {
    if (bytes[i] == 0xff && (bytes[i + 1] & 0xf6) == 0xf0) {
      return "mp4a.40." + std::to_string((bytes[i + 2] >> 6) + 1);
    }
  }
  return {};
}

std::optional<std::string> audio_codec(Codec codec, const std::vector<uint8_t>& bytes) {
  switch (codec) {
    case Codec::kAac:
      return read_adts(bytes);
    case Codec::kLatmAac:
      return "mp4a.40.2";
    case Codec::kAc3:
      return "ac-3";
    case Codec::kEac3:
      return "ec-3";
    case Codec::kMpegAudio:
      return read_mpeg_audio(bytes);
    default:
      return {};
  }
}

}  // namespace

std::string StreamInfo::codecs_attribute() const {
  std::string text;
  for (const std::string& codec : codecs) {
    if (!text.empty()) text += ',';
    text += codec;
  }
  return text;
}

StreamInfo read_stream_info(Bytes segment) {
  StreamInfo info;
  std::vector<std::string> audio;
  for (const Stream& stream : find_streams(segment)) {
    const Elementary elementary = collect(segment, stream.pid);
    if (is_video(stream.codec)) {
      if (std::exchange(info.has_video, true)) continue;
      if (const auto header = read_video_header(stream.codec, elementary.bytes)) {
        info.codecs.push_back(header->codec);
        info.width = header->width;
        info.height = header->height;
        info.frame_rate = header->frame_rate;
      }
      const double measured = measured_frame_rate(elementary.decode_times);
      if (measured > 0) info.frame_rate = measured;
    } else {
      info.has_audio = true;
      const auto codec = audio_codec(stream.codec, elementary.bytes);
      if (codec && std::find(audio.begin(), audio.end(), *codec) == audio.end()) {
        audio.push_back(*codec);
      }
    }
  }
  info.codecs.insert(info.codecs.end(), audio.begin(), audio.end());
  return info;
}

}  // namespace sluice::media
