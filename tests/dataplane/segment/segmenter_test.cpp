#include "dataplane/segment/segmenter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "dataplane/media/section.h"
#include "tests/dataplane/segment/fixture.h"

namespace sluice::segment {
namespace {

using arena::Cut;
using arena::Discontinuity;
using testing::Each;
using testing::ElementsAre;
using namespace std::chrono_literals;

TEST(Segmenter, CutsAtTheFirstAccessPointOfEachSlot) {
  TsBuilder ts;
  add_video(ts, 10 * kSecond, 20, 25);
  Bench bench(spec_of(6s, 10s));
  bench.run(ts.bytes());
  EXPECT_THAT(bench.starts(), ElementsAre(10 * kSecond, 12 * kSecond, 18 * kSecond, 24 * kSecond));
  EXPECT_THAT(bench.cuts(), Each(Cut::kIdr));
  EXPECT_EQ(bench.output.segments[1].record.duration_90k, 6 * kSecond);
  EXPECT_EQ(bench.output.segments[3].record.duration_90k, 6 * kSecond);  // to 30 s, its last frame
}

TEST(Segmenter, WaitsForTheNextAccessPointWhereNoneLiesAtTheBorder) {
  TsBuilder ts;
  add_video(ts, 7 * kSecond, 20, 100);  // at 7, 11, 15, 19, 23 s
  Bench bench(spec_of(6s, 10s));
  bench.run(ts.bytes());
  EXPECT_THAT(bench.starts(), ElementsAre(7 * kSecond, 15 * kSecond, 19 * kSecond));
}

TEST(Segmenter, PutsWhatComesBeforeTheFirstAccessPointIntoAStartSegment) {
  TsBuilder ts;
  ts.tables();
  for (unsigned i = 0; i < 10; ++i) ts.slice(kSecond + i * kFrame);
  add_video(ts, kSecond + 10 * kFrame, 3, 25);
  Bench bench(spec_of(6s, 10s));
  bench.run(ts.bytes());
  EXPECT_THAT(bench.cuts(), ElementsAre(Cut::kStart, Cut::kIdr));
  EXPECT_EQ(bench.output.segments[0].record.start_pts, kSecond);
  EXPECT_EQ(bench.output.segments[0].record.duration_90k, 10 * kFrame);
}

TEST(Segmenter, MakesNoStartSegmentOfTablesAlone) {
  TsBuilder ts;
  ts.packet(0x11, true, std::vector<uint8_t>(100, 0), {});   // SDT
  ts.packet(0x300, true, std::vector<uint8_t>(100, 7), {});  // sections behind a pointer field
  ts.packet(0x300, false, std::vector<uint8_t>(100, 7), {});
  ts.null();
  ts.tables();
  ts.null();
  add_video(ts, 0, 4, 50);
  for (const bool inject : {false, true}) {
    Bench bench(spec_of(2s, 10s, inject));
    bench.run(ts.bytes());
    EXPECT_THAT(bench.cuts(), ElementsAre(Cut::kIdr, Cut::kIdr));
    EXPECT_EQ(bench.output.joined(), ts.bytes());
    EXPECT_EQ(bench.output.segments[0].record.duration_90k, 2 * kSecond);
  }
}

TEST(Segmenter, BeginsASegmentWithTheTablesThatDirectlyPrecedeTheAccessPoint) {
  TsBuilder ts;
  add_video(ts, 0, 10, 50);
  for (const bool inject : {false, true}) {
    Bench bench(spec_of(2s, 10s, inject));
    bench.run(ts.bytes());
    EXPECT_EQ(bench.output.joined(), ts.bytes());
    for (const auto& segment : bench.output.segments) {
      EXPECT_EQ(segment.record.injected_packets, 0U);
      EXPECT_EQ(segment.bytes[1] & 0x1f, 0);  // PAT
      EXPECT_EQ(segment.bytes[2], 0);
      EXPECT_EQ(segment.bytes[188 + 1] & 0x1f, TsBuilder::kPmtPid >> 8);
    }
  }
}

TEST(Segmenter, PutsCopiesOfTheLastTablesInFrontWhereTheyDoNotPrecede) {
  TsBuilder ts;
  ts.tables();
  const std::vector<uint8_t> tables = ts.bytes();
  ts.slice(0);
  for (unsigned i = 0; i < 100; ++i) {
    if (i % 50 == 0) ts.null();
    ts.picture(i * kFrame, i % 50 == 0 ? TsBuilder::kIdr : TsBuilder::kSlice);
  }
  Bench bench(spec_of(2s, 10s, true));
  bench.run(ts.bytes());
  ASSERT_THAT(bench.cuts(), ElementsAre(Cut::kStart, Cut::kIdr, Cut::kIdr));
  for (size_t i : {1U, 2U}) {
    const auto& segment = bench.output.segments[i];
    EXPECT_EQ(segment.record.injected_packets, 2U);
    EXPECT_EQ(segment.bytes.size(), (segment.record.ts_packets + 2) * 188);
  }
  // The first copy is a legal duplicate. One more of the same packet would be none.
  const auto& first = bench.output.segments[1].bytes;
  EXPECT_TRUE(std::equal(tables.begin(), tables.end(), first.begin()));
  const auto& second = bench.output.segments[2].bytes;
  for (const size_t at : {size_t{0}, size_t{188}}) {
    EXPECT_EQ(second[at + 3], tables[at + 3] | 0x20);  // the same counter
    EXPECT_EQ(second[at + 5], 0x80);                   // discontinuity_indicator
    const size_t section = 20;
    EXPECT_TRUE(std::equal(tables.begin() + static_cast<long>(at) + 4,
                           tables.begin() + static_cast<long>(at + 4 + section),
                           second.begin() + static_cast<long>(at) + 6));
  }
}

TEST(Segmenter, AnnouncesTheDiscontinuityInACopyOfATableOfSeveralPackets) {
  TsBuilder ts;
  ts.pat();
  ts.pmt({{0x1b, TsBuilder::kVideoPid}}, 0, 1, TsBuilder::kPmtPid, 400);
  const size_t pmt_packets = ts.packets() - 1;
  ASSERT_EQ(pmt_packets, 3U);
  ts.slice(0);
  ts.idr(0);
  Bench bench(spec_of(2s, 10s, true));
  bench.run(ts.bytes());
  const auto& segment = bench.output.segments.back();
  ASSERT_EQ(segment.record.injected_packets, 1 + pmt_packets);
  const uint8_t* first = segment.bytes.data() + 188;
  EXPECT_EQ(first[3] & 0x30, 0x30);
  EXPECT_EQ(first[5], 0x80);
  // The counter of the last copy is that of the last original.
  const uint8_t* last = segment.bytes.data() + pmt_packets * 188;
  EXPECT_EQ(last[3] & 0xf, ts.packet_at(pmt_packets)[3] & 0xf);
  // Section bytes: behind header, adaptation field and pointer in the first, header in the others.
  std::vector<uint8_t> copied(first + 7, first + 188);
  for (size_t i = 2; i <= pmt_packets; ++i) {
    const uint8_t* p = segment.bytes.data() + i * 188;
    copied.insert(copied.end(), p + 4, p + 188);
  }
  std::vector<uint8_t> sent(ts.packet_at(1).begin() + 5, ts.packet_at(1).end());
  for (size_t i = 2; i <= pmt_packets; ++i) {
    sent.insert(sent.end(), ts.packet_at(i).begin() + 4, ts.packet_at(i).end());
  }
  const size_t size = 3 + (static_cast<size_t>(sent[1] & 0xf) << 8 | sent[2]);
  sent.resize(size);
  copied.resize(size);
  EXPECT_EQ(copied, sent);
}

TEST(Segmenter, CutsByForceWhenMaxHasGoneBySinceTheStartOfTheSlot) {
  TsBuilder ts;
  add_video(ts, 7 * kSecond, 20, 1000);
  Bench bench(spec_of(6s, 10s));
  bench.run(ts.bytes());
  // The slot of 7 s began at 6 s; that of 16 s at 12 s.
  EXPECT_THAT(bench.starts(), ElementsAre(7 * kSecond, 16 * kSecond, 22 * kSecond));
  EXPECT_THAT(bench.cuts(), ElementsAre(Cut::kIdr, Cut::kForced, Cut::kForced));
  EXPECT_EQ(bench.stats.forced_cuts.get(), 2U);
}

TEST(Segmenter, CountsSilenceForNoTimeWhereOnlyTheArrivalTells) {
  TsBuilder ts;
  ts.packet(0x55, false, std::vector<uint8_t>(184, 1), {});
  Bench bench(spec_of(6s, 10s));
  bench.push(ts.bytes());
  bench.now += 3'600'000'000'000;
  TsBuilder channel;
  add_video(channel, 0, 1, 25);
  bench.run(channel.bytes());
  EXPECT_THAT(bench.cuts(), ElementsAre(Cut::kStart, Cut::kIdr));
  EXPECT_LE(bench.output.segments[0].record.duration_90k, kSecond);
}

TEST(Segmenter, CutsAtRecoveryPointsWhereThereAreNoIdrs) {
  TsBuilder ts;
  add_video(ts, 0, 10, 50, TsBuilder::kRecoveryPoint);
  Bench bench(spec_of(4s, 10s));
  bench.run(ts.bytes());
  EXPECT_THAT(bench.starts(), ElementsAre(0, 4 * kSecond, 8 * kSecond));
  EXPECT_THAT(bench.cuts(), Each(Cut::kRecoveryPoint));
}

TEST(Segmenter, PrefersIdrsWhereTheyComeRegularly) {
  TsBuilder ts;
  ts.tables();
  for (unsigned i = 0; i < 25 * 25; ++i) {  // IDR each 3 s from 0, recovery point a second later
    ts.picture(i * kFrame, i % 75 == 0    ? TsBuilder::kIdr
                           : i % 75 == 25 ? TsBuilder::kRecoveryPoint
                                          : TsBuilder::kSlice);
  }
  Bench bench(spec_of(4s, 10s));
  bench.run(ts.bytes());
  EXPECT_THAT(bench.starts(), ElementsAre(0, 6 * kSecond, 9 * kSecond, 12 * kSecond, 18 * kSecond,
                                          21 * kSecond, 24 * kSecond));
  EXPECT_THAT(bench.cuts(), Each(Cut::kIdr));
}

TEST(Segmenter, CutsAtRecoveryPointsBehindASingleIdr) {
  TsBuilder ts;
  add_video(ts, 0, 1, 25);
  add_video(ts, kSecond, 8, 25, TsBuilder::kRecoveryPoint);
  Bench bench(spec_of(2s, 10s));
  bench.run(ts.bytes());
  EXPECT_THAT(bench.starts(), ElementsAre(0, 2 * kSecond, 4 * kSecond, 6 * kSecond, 8 * kSecond));
}

TEST(Segmenter, BeginsANewSlotWhereTheTimeStampsWrap) {
  TsBuilder ts;
  const uint64_t wrap = uint64_t{1} << 33;
  add_video(ts, wrap - 5 * kSecond, 10, 25);
  Bench bench(spec_of(4s, 10s));
  bench.run(ts.bytes());
  uint64_t sum = 0;
  for (const auto& segment : bench.output.segments) {
    EXPECT_TRUE(segment.record.discontinuity.empty());
    sum += segment.record.duration_90k;
  }
  EXPECT_EQ(sum, 10 * kSecond);
  // A slot border lies wherever 2^33 - n is a multiple of 4 s; another at the wrap.
  EXPECT_THAT(bench.starts(), testing::Contains(0));
}

TEST(Segmenter, FindsAPictureHeaderThatComesInALaterDatagram) {
  // A user data SEI of 710 bytes in front of the slice.
  const std::vector<uint8_t> begin{0, 0, 0, 1, 0x09, 0xf0, 0, 0, 1, 0x06, 5, 0xff, 0xff, 200};
  const std::vector<uint8_t> end{0x80, 0, 0, 1, 0x65, 0x88};
  std::vector<uint8_t> late(begin.size() + 710 + end.size(), 0x55);
  std::copy(begin.begin(), begin.end(), late.begin());
  std::copy(end.begin(), end.end(), late.end() - 6);
  TsBuilder ts;
  for (unsigned i = 0; i < 100; ++i) {
    if (i % 50 == 0) ts.tables();
    ts.picture(i * kFrame, i % 50 == 0 ? late : TsBuilder::kSlice, 1500);
  }
  Bench bench(spec_of(2s, 10s));
  bench.run(ts.bytes(), 188);
  EXPECT_THAT(bench.cuts(), ElementsAre(Cut::kIdr, Cut::kIdr));
  EXPECT_EQ(bench.output.joined(), ts.bytes());
  EXPECT_EQ(bench.output.segments[1].bytes[1] & 0x1f, 0);  // begins with the PAT all the same
}

TEST(Segmenter, CutsAudioAtPesStarts) {
  TsBuilder ts;
  ts.pat();
  ts.pmt({{0x0f, TsBuilder::kAudioPid}});
  for (unsigned i = 0; i < 250; ++i) {
    ts.pes(TsBuilder::kAudioPid, i * kFrame, std::vector<uint8_t>(150, 0x21));
  }
  Bench bench(spec_of(4s, 10s));
  bench.run(ts.bytes());
  EXPECT_THAT(bench.starts(), ElementsAre(0, 4 * kSecond, 8 * kSecond));
  EXPECT_THAT(bench.cuts(), Each(Cut::kPes));
}

TEST(Segmenter, CutsVideoThatItDoesNotKnowByTheRandomAccessIndicator) {
  TsBuilder ts;
  ts.pat();
  ts.pmt({{0x42, TsBuilder::kVideoPid}});
  for (unsigned i = 0; i < 250; ++i) {
    ts.pes(TsBuilder::kVideoPid, i * kFrame, std::vector<uint8_t>(300, 0x21),
           {.random_access = i % 25 == 0});
  }
  Bench bench(spec_of(4s, 10s));
  bench.run(ts.bytes());
  EXPECT_THAT(bench.starts(), ElementsAre(0, 4 * kSecond, 8 * kSecond));
  EXPECT_THAT(bench.cuts(), Each(Cut::kRandomAccessIndicator));
}

/// 30 s of scrambled video with a PCR each 40 ms.
TsBuilder scrambled(bool indicators) {
  TsBuilder ts;
  ts.tables();
  for (unsigned i = 0; i < 750; ++i) {
    ts.packet(TsBuilder::kVideoPid, true, std::vector<uint8_t>(100, 0x9c),
              {.pcr = uint64_t{i} * kFrame * 300,
               .random_access = indicators && i % 50 == 20,
               .scrambled = true});
  }
  return ts;
}

TEST(Segmenter, CutsScrambledVideoByTheRandomAccessIndicatorInSlotsOfThePcr) {
  const TsBuilder ts = scrambled(true);
  Bench bench(spec_of(4s, 10s));
  bench.run(ts.bytes());
  EXPECT_THAT(bench.cuts(), testing::Contains(Cut::kRandomAccessIndicator).Times(testing::Ge(4)));
  EXPECT_EQ(bench.stats.scrambled.get(), 750U);
  EXPECT_EQ(bench.output.joined(), ts.bytes());
}

TEST(Segmenter, CutsScrambledVideoByThePcrWhereThereIsNoIndicator) {
  const TsBuilder ts = scrambled(false);
  Bench bench(spec_of(4s, 10s));
  bench.run(ts.bytes());
  EXPECT_THAT(bench.starts(), ElementsAre(10 * kSecond, 12 * kSecond, 16 * kSecond, 20 * kSecond,
                                          24 * kSecond, 28 * kSecond));
}

TEST(Segmenter, BoundsAStreamWithoutAnyTimeByItsArrival) {
  TsBuilder ts;
  for (unsigned i = 0; i < 25'000; ++i) ts.packet(0x55, false, std::vector<uint8_t>(184, 1), {});
  Bench bench(spec_of(2s, 4s));
  bench.push(ts.bytes(), 188);  // a millisecond each
  bench.segmenter.finish();
  EXPECT_EQ(bench.output.segments.size(), 7U);
  EXPECT_EQ(bench.output.joined(), ts.bytes());
}

TEST(Segmenter, GivesSegmentsTheUtcOfTheirPackets) {
  TsBuilder ts;
  add_video(ts, 0, 10, 25);
  Bench bench(spec_of(2s, 10s));
  const double ns_per_packet = 10e9 / static_cast<double>(ts.packets());
  for (size_t i = 0; i < ts.packets(); ++i) {
    const auto jitter = static_cast<int64_t>(i * 2'654'435'761U % 3'000'000);
    bench.segmenter.push(
        ts.packet_at(i),
        kEpoch + static_cast<int64_t>(static_cast<double>(i) * ns_per_packet) + jitter);
  }
  bench.segmenter.finish();
  ASSERT_EQ(bench.output.segments.size(), 5U);
  for (size_t i = 0; i < 5; ++i) {
    const double seconds =
        static_cast<double>(bench.output.segments[i].record.start_utc_ns - kEpoch) / 1e9;
    EXPECT_NEAR(seconds, 2.0 * static_cast<double>(i), 0.025);
  }
}

}  // namespace
}  // namespace sluice::segment
