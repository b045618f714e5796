#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/dataplane/segment/fixture.h"

namespace sluice::segment {
namespace {

using arena::Cut;
using arena::Discontinuity;
using arena::Drop;
using namespace std::chrono_literals;

std::vector<uint8_t> stream() {
  TsBuilder ts;
  ts.slice(0);
  add_video(ts, kFrame, 12, 40);
  return ts.bytes();
}

TEST(Segments, AreTheSameHoweverTheStreamIsSplitIntoDatagrams) {
  const auto bytes = stream();
  Bench whole(spec_of(2s, 10s, true));
  whole.run(bytes);
  std::mt19937 random(1);
  for (int round = 0; round < 30; ++round) {
    Bench bench(spec_of(2s, 10s, true));
    for (Bytes rest(bytes); !rest.empty();) {
      const size_t size = std::min<size_t>((1 + random() % 40) * 188, rest.size());
      bench.segmenter.push(rest.first(size), kEpoch);
      if (random() % 3 != 0) bench.segmenter.commit();
      rest = rest.subspan(size);
    }
    bench.segmenter.finish();
    ASSERT_EQ(bench.output.segments.size(), whole.output.segments.size());
    for (size_t i = 0; i < whole.output.segments.size(); ++i) {
      const auto& a = bench.output.segments[i];
      const auto& b = whole.output.segments[i];
      EXPECT_EQ(a.bytes, b.bytes);
      EXPECT_EQ(a.record.start_pts, b.record.start_pts);
      EXPECT_EQ(a.record.ts_packets, b.record.ts_packets);
      if (i > 0) {
        EXPECT_EQ(a.record.duration_90k, b.record.duration_90k);
      }
    }
  }
}

TEST(Segments, JoinedAreTheInputWhateverItsDamage) {
  const auto sound = stream();
  std::mt19937 random(2);
  for (int round = 0; round < 100; ++round) {
    auto bytes = sound;
    for (int i = 0; i < 1 + round; ++i) {
      const size_t at = random() % bytes.size();
      if (at % 188 != 0) bytes[at] = static_cast<uint8_t>(random());
    }
    Bench bench(spec_of(2s, 4s));
    bench.run(bytes, (1 + random() % 9) * 188);
    ASSERT_EQ(bench.output.joined(), bytes) << round;
    EXPECT_EQ(bench.stats.received.get(), bench.stats.committed.get());
    uint64_t datagrams = 0;
    for (const auto& s : bench.output.segments) datagrams += s.record.datagrams;
    EXPECT_EQ(datagrams, bench.stats.committed.get());
  }
}

TEST(Accounting, NamesEachDatagramThatHoldsNoTs) {
  const auto bytes = stream();
  Bench bench(spec_of(2s, 10s));
  const std::vector<uint8_t> junk(1316, 0x11);
  auto odd = std::vector<uint8_t>(bytes.begin(), bytes.begin() + 188);
  odd.resize(200);
  bench.segmenter.push(junk, kEpoch);
  bench.segmenter.push(Bytes(junk).first(100), kEpoch);
  bench.segmenter.push({}, kEpoch);
  bench.segmenter.push(odd, kEpoch);
  auto half = std::vector<uint8_t>(bytes.begin() + 188, bytes.begin() + 3 * 188);
  half[188] = 0;
  bench.segmenter.push(half, kEpoch);
  bench.segmenter.finish();
  EXPECT_EQ(bench.dropped(Drop::kNotTs), 2U);
  EXPECT_EQ(bench.dropped(Drop::kBadUdpPayload), 1U);
  EXPECT_EQ(bench.stats.committed.get(), 2U);
  EXPECT_EQ(bench.stats.received.get(), 5U);
  EXPECT_EQ(bench.output.joined(), std::vector<uint8_t>(bytes.begin(), bytes.begin() + 2 * 188));
}

TEST(Accounting, TakesALoneSyncByteInGarbageForChance) {
  Bench bench(spec_of(2s, 10s));
  std::vector<uint8_t> garbage(7 * 188, 0x11);
  garbage[3 * 188] = 0x47;
  bench.segmenter.push(garbage, kEpoch);
  EXPECT_EQ(bench.dropped(Drop::kNotTs), 1U);
  garbage[5 * 188] = 0x47;
  bench.segmenter.push(garbage, kEpoch);
  bench.segmenter.finish();
  EXPECT_EQ(bench.dropped(Drop::kNotTs), 1U);
  EXPECT_EQ(bench.output.joined().size(), 2U * 188);
}

TEST(Accounting, EndsASegmentAtItsLastPacketNotAtWhatWasDroppedAfterIt) {
  const auto bytes = stream();
  Bench bench(spec_of(2s, 10s));
  bench.segmenter.push(Bytes(bytes).first(188), kEpoch);
  bench.segmenter.push(std::vector<uint8_t>(1316, 0x11), kEpoch + 60'000'000'000);
  bench.segmenter.finish();
  ASSERT_EQ(bench.output.segments.size(), 1U);
  EXPECT_EQ(bench.output.segments[0].record.end_utc_ns, kEpoch);
}

std::vector<uint8_t> rtp(uint16_t sequence, Bytes payload) {
  std::vector<uint8_t> datagram(12 + payload.size());
  datagram[0] = 0x80;
  datagram[1] = 33;
  datagram[2] = static_cast<uint8_t>(sequence >> 8);
  datagram[3] = static_cast<uint8_t>(sequence);
  std::copy(payload.begin(), payload.end(), datagram.begin() + 12);
  return datagram;
}

TEST(Accounting, CountsWhatRtpShowsToBeMissingTwiceOrLate) {
  const auto bytes = stream();
  SegmenterSpec spec = spec_of(2s, 10s);
  spec.rtp = true;
  Bench bench(spec);
  int64_t now = kEpoch;
  for (const uint16_t sequence : {10, 11, 11, 14, 15, 12}) {
    bench.segmenter.push(rtp(sequence, Bytes(bytes).first(188)), now += 150'000'000);
  }
  bench.segmenter.push(Bytes(bytes).first(188), kEpoch);
  bench.segmenter.finish();
  EXPECT_EQ(bench.dropped(Drop::kDuplicate), 1U);
  EXPECT_EQ(bench.dropped(Drop::kLate), 1U);
  EXPECT_EQ(bench.dropped(Drop::kBadRtp), 1U);
  EXPECT_EQ(bench.stats.rtp_lost.get(), 2U);
  EXPECT_EQ(bench.stats.committed.get(), 4U);
  EXPECT_EQ(bench.output.segments[0].record.lost_datagrams, 3U);
}

TEST(Accounting, StripsRtpFromTheStreamAnnouncedOrNot) {
  const auto bytes = stream();
  for (const bool announced : {true, false}) {
    SegmenterSpec spec = spec_of(2s, 10s);
    spec.rtp = announced;
    Bench bench(spec);
    uint16_t sequence = 65'530;
    for (Bytes rest(bytes); !rest.empty();) {
      const size_t size = std::min<size_t>(1316, rest.size());
      bench.segmenter.push(rtp(sequence++, rest.first(size)), kEpoch);
      rest = rest.subspan(size);
    }
    bench.segmenter.finish();
    EXPECT_EQ(bench.output.joined(), bytes);
    EXPECT_EQ(bench.drops(), 0U);
  }
}

TEST(Accounting, KeepsWholeDatagramsWhenRoomRunsOutAndGoesOnWhenThereIsSome) {
  const auto bytes = stream();
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    Bench bench(spec_of(2s, 10s, round % 2 == 0));
    bench.output.set_room(random() % bytes.size());
    const size_t back = random() % bytes.size();
    size_t at = 0;
    for (; at < bytes.size(); at += 1316) {
      if (at >= back && at - back < 1316) bench.output.set_room(UINT64_MAX);
      bench.segmenter.push(Bytes(bytes).subspan(at, std::min<size_t>(1316, bytes.size() - at)),
                           kEpoch);
      if (random() % 4 == 0) bench.segmenter.commit();
    }
    bench.segmenter.finish();
    ASSERT_EQ(bench.stats.received.get(), bench.stats.committed.get() + bench.drops()) << round;
    if (bench.dropped(Drop::kArenaFull) == 0) continue;
    uint64_t packets = 0;
    bool marked = bench.output.segments.empty();
    for (const auto& s : bench.output.segments) {
      packets += s.record.ts_packets;
      EXPECT_EQ(s.bytes.size(), (s.record.ts_packets + s.record.injected_packets) * 188);
      marked |= s.record.discontinuity.has(Discontinuity::kLoss);
    }
    EXPECT_GE(packets, bench.stats.committed.get() > 0 ? (bench.stats.committed.get() - 1) * 7 : 0);
    // What came after the gap, if anything did, says so.
    if (bench.output.segments.size() > 1 && back + 1316 < bytes.size()) {
      EXPECT_TRUE(marked) << round;
    }
  }
}

/// Two pictures, and an IDR in the next slot whose header comes only in its last packets.
TsBuilder undecided_stream(size_t* undecided_from) {
  const std::vector<uint8_t> begin{0, 0, 0, 1, 0x09, 0xf0, 0, 0, 1, 0x06, 5, 0xff, 0xff, 0xff, 9};
  const std::vector<uint8_t> end{0x80, 0, 0, 1, 0x65, 0x88};
  std::vector<uint8_t> late(begin.size() + 774 + end.size(), 0x55);
  std::copy(begin.begin(), begin.end(), late.begin());
  std::copy(end.begin(), end.end(), late.end() - 6);
  TsBuilder ts;
  ts.tables();
  ts.idr(0);
  ts.slice(kFrame);
  *undecided_from = ts.packets();
  ts.tables();
  ts.picture(2 * kSecond, late, 0);
  return ts;
}

TEST(Accounting, CommitsNothingBehindAnAccessPointThatIsUndecided) {
  size_t before = 0;
  const TsBuilder ts = undecided_stream(&before);
  Bench bench(spec_of(2s, 10s));
  bench.push(Bytes(ts.bytes()).first(ts.bytes().size() - 188), 188);
  EXPECT_EQ(bench.output.committed(), before * 188);
  EXPECT_EQ(bench.stats.committed.get(), before);
  bench.run(Bytes(ts.bytes()).last(188));
  EXPECT_EQ(bench.stats.committed.get(), ts.packets());
  ASSERT_EQ(bench.output.segments.size(), 2U);
  EXPECT_EQ(bench.output.segments[0].bytes.size(), before * 188);
}

TEST(Accounting, DropsWhatStoodBehindACutForWhichThereIsNoRoom) {
  size_t before = 0;
  const TsBuilder ts = undecided_stream(&before);
  Bench bench(spec_of(2s, 10s));
  bench.output.set_room(ts.bytes().size() - 188);
  bench.run(ts.bytes(), 188);
  ASSERT_EQ(bench.output.segments.size(), 1U);
  EXPECT_EQ(bench.output.segments[0].bytes.size(), before * 188);
  EXPECT_EQ(bench.stats.committed.get(), before);
  EXPECT_EQ(bench.dropped(Drop::kArenaFull), ts.packets() - before);
}

TEST(Accounting, TablesWithoutEndAreCommittedAsTheyCome) {
  TsBuilder ts;
  for (int i = 0; i < 200; ++i) ts.tables();
  Bench bench(spec_of(2s, 10s));
  bench.push(ts.bytes());
  // A run that an access point may yet follow is held back, and none is that long.
  EXPECT_GE(bench.output.committed(), ts.bytes().size() - size_t{100} * 188);
}

}  // namespace
}  // namespace sluice::segment
