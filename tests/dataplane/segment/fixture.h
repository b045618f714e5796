#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "dataplane/segment/segmenter.h"
#include "tests/dataplane/segment/memory_output.h"
#include "tests/dataplane/segment/ts_builder.h"

namespace sluice::segment {

inline constexpr uint64_t kSecond = 90'000;
inline constexpr uint64_t kFrame = 3'600;
inline constexpr int64_t kEpoch = 1'737'007'200'000'000'000;  // 2025-01-16T06:00:00Z

inline SegmenterSpec spec_of(std::chrono::seconds target, std::chrono::seconds max,
                             bool inject = false) {
  SegmenterSpec spec;
  spec.segment = {.target = target, .max = max, .inject_pat_pmt = inject};
  return spec;
}

/// A segmenter with its output and counters.
struct Bench {
  explicit Bench(const SegmenterSpec& spec) : segmenter(spec, output, stats) {}

  /// Pushes the stream in datagrams of 7 packets, a millisecond apart, committing after each.
  void push(Bytes stream, size_t datagram = 7 * 188) {
    for (; !stream.empty(); stream = stream.subspan(std::min(datagram, stream.size()))) {
      segmenter.push(stream.first(std::min(datagram, stream.size())), now);
      segmenter.commit();
      now += 1'000'000;
    }
  }
  void run(Bytes stream, size_t datagram = 7 * 188) {
    push(stream, datagram);
    segmenter.finish();
  }
  std::vector<uint64_t> starts() const {
    std::vector<uint64_t> starts;
    for (const auto& s : output.segments) {
      if (s.record.cut != arena::Cut::kStart) starts.push_back(s.record.start_pts);
    }
    return starts;
  }
  std::vector<arena::Cut> cuts() const {
    std::vector<arena::Cut> cuts;
    for (const auto& s : output.segments) cuts.push_back(s.record.cut);
    return cuts;
  }
  uint64_t dropped(arena::Drop reason) const {
    return stats.drops.by_reason[static_cast<size_t>(reason)].get();
  }
  uint64_t drops() const {
    uint64_t sum = 0;
    for (const auto& counter : stats.drops.by_reason) sum += counter.get();
    return sum;
  }

  arena::StreamStats stats{};
  MemoryOutput output;
  Segmenter segmenter;
  int64_t now = kEpoch;
};

/// `seconds` of 25 pictures a second, an access point each `gop` pictures, tables in front of each.
inline void add_video(TsBuilder& ts, uint64_t from, unsigned seconds, unsigned gop,
                      const std::vector<uint8_t>& access = TsBuilder::kIdr) {
  for (unsigned i = 0; i < seconds * 25; ++i) {
    const uint64_t pts = from + i * kFrame;
    if (i % gop == 0) ts.tables();
    ts.picture(pts, i % gop == 0 ? access : TsBuilder::kSlice);
    ts.pes(TsBuilder::kAudioPid, pts, std::vector<uint8_t>(200, 0x21));
  }
}

}  // namespace sluice::segment
