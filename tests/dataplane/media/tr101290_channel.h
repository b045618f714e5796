#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/media/timestamp.h"
#include "dataplane/media/tr101290_monitor.h"
#include "tests/dataplane/segment/ts_builder.h"

namespace sluice::media {

using segment::TsBuilder;
using Raised = std::map<std::string, uint64_t>;

inline constexpr uint16_t kPmt = TsBuilder::kPmtPid;
inline constexpr uint16_t kVideo = TsBuilder::kVideoPid;
inline constexpr uint16_t kAudio = TsBuilder::kAudioPid;
inline constexpr int64_t kMs = 1'000'000;
inline constexpr Pcr kPcrMs = 27'000;

/// A multiplex of 1 ms a packet, made piece by piece and watched as it goes: every 100 ms PAT and
/// PMT, every 40 ms a PCR and PTS of the video, every 100 ms one of the audio. Each part can be
/// left out for some time.
class Channel {
 public:
  struct Without {
    bool pat = false, pmt = false, video = false, pcr = false, video_pts = false, audio = false;
  };

  Channel() { builder_.tables(); }

  void run(int ms) { run(ms, Without()); }
  void run(int ms, const Without& without) {
    for (int i = 0; i < ms; ++i, ++ms_) {
      const int phase = ms_ % 200;
      if (phase % 100 == 0 && !without.pat) {
        builder_.pat();
      } else if (phase % 100 == 1 && !without.pmt) {
        builder_.pmt({{0x1b, kVideo}, {0x0f, kAudio}}, version_);
      } else if (phase % 40 == 5 && !without.video) {
        video(without);
      } else if (phase % 100 == 7 && !without.audio) {
        builder_.pes(kAudio, 90 * uint64_t(ms_), {1, 2, 3}, {});
      } else {
        builder_.null();
      }
      show();
    }
  }

  /// Lets the next packet that is made be seen, at its time.
  void show() {
    for (; shown_ < builder_.packets(); ++shown_) take(builder_.packet_at(shown_));
  }
  void take(Bytes bytes) {
    monitor_.set_time((kStartMs + ms_) * kMs);
    const TsPacket packet(bytes.data());
    const TsHeader header = packet.header();
    const Continuity continuity = header.pid() == kNullPid || header.transport_error()
                                      ? Continuity::kContinues
                                      : counters_[header.pid()].check(packet);
    monitor_.take(packet, header, continuity, number_++);
  }
  void wait(int ms) { ms_ += ms; }
  void jump_pcr(int64_t ms) { pcr_offset_ += ms * int64_t{kPcrMs}; }
  void set_version(uint8_t version) { version_ = version; }
  TsBuilder& builder() { return builder_; }
  Tr101290Monitor& monitor() { return monitor_; }
  int64_t now_ns() const { return (kStartMs + ms_) * kMs; }

  Raised raised() {
    monitor_.finish();
    Raised out;
    for (size_t i = 0; i < kIndicatorCount; ++i) {
      const auto indicator = static_cast<Indicator>(i);
      const uint64_t count = monitor_.counts()[indicator].count;
      if (count > 0) out[std::string(info(indicator).name)] = count;
    }
    return out;
  }

 private:
  static constexpr int64_t kStartMs = 1'700'000'000'000;

  void video(const Without& without) {
    TsBuilder::Flags flags;
    if (!without.pcr) flags.pcr = Pcr(int64_t{ms_} * int64_t{kPcrMs} + pcr_offset_);
    const uint64_t pts = 90 * uint64_t(ms_ + 200);
    builder_.pes(kVideo, without.video_pts ? std::nullopt : std::optional(pts),
                 std::vector<uint8_t>(20, 9), flags);
  }

  TsBuilder builder_;
  Tr101290Monitor monitor_;
  std::map<uint16_t, ContinuityCounter> counters_;
  size_t shown_ = 0;
  uint64_t number_ = 0;
  int ms_ = 0;
  int64_t pcr_offset_ = int64_t{1'000'000} * int64_t{kPcrMs};
  uint8_t version_ = 0;
};

inline std::vector<uint8_t> copy(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace sluice::media
