#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <map>
#include <random>
#include <set>

#include "dataplane/media/timestamp.h"
#include "tests/dataplane/segment/fixture.h"

namespace sluice::segment {
namespace {

using arena::Cut;
using namespace std::chrono_literals;

/// What two recorders must agree on.
struct Made {
  std::vector<uint8_t> bytes;
  uint64_t start_pts;
  uint64_t duration;
  bool operator==(const Made&) const = default;
};

/// Records packets [first, end) but one, and gives back the segments that nothing was missing from.
std::map<uint64_t, Made> record(const TsBuilder& ts, const SegmenterSpec& spec, size_t first,
                                size_t lost) {
  Bench bench(spec);
  for (size_t i = first; i < ts.packets(); ++i) {
    if (i == lost) continue;
    bench.segmenter.push(ts.packet_at(i), kEpoch + static_cast<int64_t>(i) * 500'000);
    if (i % 5 == 0) bench.segmenter.commit();
  }
  bench.segmenter.finish();
  std::map<uint64_t, Made> made;
  uint64_t place = first;  // of its first packet in the stream
  for (const auto& s : bench.output.segments) {
    const uint64_t begin = place;
    place += s.record.ts_packets + (lost >= place && lost < place + s.record.ts_packets ? 1 : 0);
    if (lost >= begin && lost < place) continue;
    made[begin] = {s.bytes, s.record.start_pts, s.record.duration_90k};
  }
  return made;
}

/// A channel as many are: IDRs not quite on the grid, recovery points between, three audio frames a
/// picture, tables each half second, over the wrap of the time stamps.
TsBuilder channel(unsigned seed) {
  std::mt19937 random(seed);
  TsBuilder ts;
  const uint64_t start = (uint64_t{1} << 33) - 11 * kSecond - random() % 900'000;
  const unsigned gop = 20 + random() % 40;
  for (unsigned i = 0; i < 25 * 40; ++i) {
    const uint64_t pts = start + i * kFrame;
    if (i % gop == 0 || i % 12 == 5) ts.tables();
    ts.picture(pts,
               i % gop == 0         ? TsBuilder::kIdr
               : i % gop == gop / 2 ? TsBuilder::kRecoveryPoint
                                    : TsBuilder::kSlice,
               200 + random() % 600);
    ts.pes(TsBuilder::kAudioPid, pts, std::vector<uint8_t>(150 + random() % 200, 0x21));
  }
  return ts;
}

TEST(TwoRecorders, MakeTheSameSegmentsWhereverNeitherLostAnything) {
  for (unsigned seed = 0; seed < 25; ++seed) {
    const TsBuilder ts = channel(seed);
    std::mt19937 random(seed + 1000);
    const SegmenterSpec spec = spec_of(2s, 5s, seed % 2 != 0);
    const size_t third = ts.packets() / 3;
    const auto one = record(ts, spec, 0, third + random() % third);
    const auto two = record(ts, spec, random() % (third / 2), third + random() % third);
    size_t common = 0;
    size_t different = 0;
    for (const auto& [begin, made] : two) {
      // Until it has seen two IDRs, a recorder can't know that they come regularly.
      const int64_t since = media::pts_distance(two.begin()->second.start_pts, made.start_pts);
      if (since < 6 * static_cast<int64_t>(kSecond)) continue;
      const auto other = one.find(begin);
      if (other == one.end()) {
        ++different;
      } else {
        ++common;
        EXPECT_EQ(other->second, made) << "seed " << seed << ", packet " << begin;
      }
    }
    // The start segment is its recorder's own. A lost head of an access point costs the segments on
    // both sides of it, in each recorder.
    EXPECT_LE(different, 4U) << "seed " << seed;
    EXPECT_GE(common, 10U) << "seed " << seed;
  }
}

/// Whatever is done to some packets, all others are archived, in order.
TEST(Corruption, LosesNoValidPacketForTheSakeOfABrokenNeighbour) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    const TsBuilder ts = channel(seed);
    std::vector<uint8_t> bytes = ts.bytes();
    bytes.resize(std::min<size_t>(bytes.size(), size_t{3000} * 188));
    std::vector<uint8_t> expected;
    for (size_t at = 0; at < bytes.size(); at += 188) {
      const unsigned kind = random() % 40;
      if (kind < 8) {  // header and payload; in sync it is a packet all the same
        bytes[at + 1 + random() % 187] = static_cast<uint8_t>(random());
      } else if (kind == 8) {
        bytes[at] = static_cast<uint8_t>(random() % 0x47);
        continue;
      } else if (kind == 9) {
        for (size_t i = 1; i < 188; ++i) bytes[at + i] = static_cast<uint8_t>(random());
      }
      expected.insert(expected.end(), bytes.begin() + static_cast<long>(at),
                      bytes.begin() + static_cast<long>(at) + 188);
    }
    for (const size_t datagram : {size_t{7 * 188}, size_t{1472}}) {
      Bench bench(spec_of(2s, 5s));
      bench.run(bytes, datagram);
      EXPECT_EQ(bench.stats.received.get(), bench.stats.committed.get() + bench.drops());
      if (datagram % 188 == 0) {
        ASSERT_EQ(bench.output.joined(), expected) << "seed " << seed;
      } else {
        // Of a torn packet whose neighbour's sync byte is broken nobody can say where it ends.
        EXPECT_GE(bench.output.joined().size() + expected.size() / 20, expected.size());
      }
    }
  }
}

/// By-PID counts add up to the segment's, wherever the cuts fall.
TEST(Faults, AreToldBySegmentAndPid) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    const TsBuilder ts = channel(seed);
    std::vector<uint8_t> bytes;
    for (size_t i = 0; i < ts.packets(); ++i) {
      if (random() % 50 == 0) continue;
      const size_t at = bytes.size();
      const Bytes packet = ts.packet_at(i);
      bytes.insert(bytes.end(), packet.begin(), packet.end());
      if (random() % 60 == 0) bytes[at + 1] |= 0x80;
      if ((packet[1] & 0x1f) == 0 && packet[2] == 0 && random() % 3 == 0) bytes[at + 12] ^= 0x55;
    }
    Bench bench(spec_of(2s, 5s, true));
    bench.run(bytes);
    arena::PidFaults all;
    uint64_t cc_errors = 0;
    for (const auto& s : bench.output.segments) {
      arena::PidFaults sum;
      for (const auto& pid : s.record.faulty_pids.pids) {
        sum.cc_errors += pid.cc_errors;
        sum.transport_errors += pid.transport_errors;
        sum.crc_errors += pid.crc_errors;
      }
      EXPECT_EQ(sum.cc_errors, s.record.cc_errors);
      EXPECT_EQ(sum.transport_errors, s.record.transport_errors);
      EXPECT_EQ(sum.crc_errors, s.record.crc_errors);
      cc_errors += s.record.cc_errors;
      all.crc_errors += sum.crc_errors;
    }
    EXPECT_EQ(cc_errors, bench.stats.cc_errors.get());
    EXPECT_EQ(all.crc_errors, bench.stats.crc_errors.get());
    EXPECT_GT(all.crc_errors, 0U);
  }
}

/// The sanitizer keeps freed memory for a while: growth tells nothing there.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kTellsMemory = false;
#elif defined(__has_feature)
constexpr bool kTellsMemory = !__has_feature(address_sanitizer);
#else
constexpr bool kTellsMemory = true;
#endif

long resident_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/// Counts what it gets and keeps the records alone.
class RecordsOnly final : public SegmentOutput {
 public:
  bool open(const arena::SegmentRecord& record, Bytes prefix) noexcept override {
    record_ = record;
    size_ = prefix.size();
    return open_ = true;
  }
  bool is_open() const noexcept override { return open_; }
  arena::SegmentRecord& record() noexcept override { return record_; }
  bool append(Bytes packets) noexcept override {
    size_ += packets.size();
    return true;
  }
  uint64_t appended() const noexcept override { return size_; }
  void commit(uint64_t) noexcept override {}
  bool cut(uint64_t offset, const arena::SegmentRecord& next, Bytes prefix) noexcept override {
    records.push_back(record_);
    record_ = next;
    size_ = size_ - offset + prefix.size();
    return true;
  }
  void seal() noexcept override {
    records.push_back(record_);
    open_ = false;
  }
  std::vector<arena::SegmentRecord> records;

 private:
  arena::SegmentRecord record_;
  uint64_t size_ = 0;
  bool open_ = false;
};

/// Six hours of pictures from an encoder whose clock is off, over a network that delays packets by
/// up to 60 ms. Segments' times stay true to arrival, their durations to the media, memory flat.
TEST(SixHours, OfADriftingClockKeepTheTimes) {
  for (const double ppm : {200.0, -200.0}) {
    RecordsOnly output;
    output.records.reserve(4000);
    arena::StreamStats stats{};
    Segmenter segmenter(spec_of(6s, 10s, true), output, stats);
    std::mt19937 random(7);
    const uint64_t start = (uint64_t{1} << 33) - 3600 * kSecond;  // wraps after an hour
    constexpr uint64_t kPictures = 6 * 3600 * 25;
    long resident = 0;
    double worst_ms = 0;
    size_t seen = 0;
    TsBuilder ts;
    for (uint64_t i = 0; i < kPictures; ++i) {
      const uint64_t pts = start + i * kFrame;
      if (i % 50 == 0) ts.tables();
      ts.picture(pts, i % 50 == 0 ? TsBuilder::kIdr : TsBuilder::kSlice, 150);
      const double sent_ns = static_cast<double>(i) * 40e6 * (1 + ppm * 1e-6);
      const auto jitter = static_cast<int64_t>(random() % 60'000'000);
      segmenter.push(ts.take(), kEpoch + static_cast<int64_t>(sent_ns) + jitter);
      segmenter.commit();
      if (output.records.size() != seen) {
        seen = output.records.size();
        const double late_ms =
            static_cast<double>(output.record().start_utc_ns - kEpoch) / 1e6 - sent_ns / 1e6;
        worst_ms = std::max(worst_ms, std::abs(late_ms));
      }
      if (i == kPictures / 6) resident = resident_kib();
    }
    segmenter.finish();
    EXPECT_LT(worst_ms, 100) << ppm;
    if (kTellsMemory) {
      EXPECT_LT(resident_kib() - resident, 2000) << ppm;
    }
    uint64_t sum = 0;
    for (const auto& record : output.records) {
      sum += record.duration_90k;
      EXPECT_TRUE(record.discontinuity.empty());
      EXPECT_NE(record.cut, Cut::kForced);
    }
    EXPECT_EQ(sum, kPictures * kFrame);
    EXPECT_GT(output.records.size(), 3590U);
  }
}

}  // namespace
}  // namespace sluice::segment
