#include <gtest/gtest.h>

#include "dataplane/media/tr101290.h"
#include "tests/dataplane/segment/fixture.h"

namespace sluice::segment {
namespace {

using media::Indicator;
using std::chrono::seconds;

uint64_t raised(const Bench& bench, Indicator indicator) {
  return bench.stats.tr101290[static_cast<size_t>(indicator)].count.get();
}

uint64_t all_raised(const Bench& bench) {
  uint64_t sum = 0;
  for (const auto& one : bench.stats.tr101290) sum += one.count.get();
  return sum;
}

/// Pictures 40 ms apart as they arrive, tables in front of each tenth.
struct Player {
  void play(unsigned pictures) {
    for (; pictures > 0; --pictures, ++played) {
      const size_t begin = ts.bytes().size();
      if (played % 10 == 0) ts.tables();
      ts.slice(100 * kSecond + played * kFrame);
      bench.segmenter.push(Bytes(ts.bytes()).subspan(begin), bench.now);
      bench.segmenter.commit();
      bench.now += 40'000'000;
    }
  }

  Bench bench{spec_of(seconds(6), seconds(10))};
  TsBuilder ts;
  uint64_t played = 0;
};

TEST(Indicators, OfAStreamStandInItsCountersWithTheirTimes) {
  Player player;
  Bench& bench = player.bench;
  player.play(20);
  const auto first = static_cast<uint64_t>(bench.now);
  player.ts.lose(TsBuilder::kVideoPid);
  player.play(20);
  player.ts.lose(TsBuilder::kVideoPid);
  player.play(20);
  const auto& broken = bench.stats.tr101290[static_cast<size_t>(Indicator::kContinuityCountError)];
  EXPECT_EQ(broken.count.get(), 2U);
  EXPECT_EQ(broken.count.get(), bench.stats.cc_errors.get());
  EXPECT_EQ(broken.first_ns.get(), first);
  EXPECT_GT(broken.last_ns.get(), first);
}

TEST(Indicators, PacketsOutOfSyncCount) {
  Player player;
  Bench& bench = player.bench;
  player.play(20);
  for (int i = 0; i < 7; ++i) player.ts.null();
  const Bytes nulls = Bytes(player.ts.bytes()).last(7 * 188);
  std::vector<uint8_t> datagram(nulls.begin(), nulls.end());
  datagram[188] = 0;
  bench.push(datagram);
  EXPECT_EQ(raised(bench, Indicator::kSyncByteError), 1U);
  EXPECT_EQ(raised(bench, Indicator::kTsSyncLoss), 0U);
  std::fill(datagram.begin(), datagram.end(), uint8_t{0});
  bench.push(datagram);
  EXPECT_EQ(raised(bench, Indicator::kSyncByteError), 8U);
  EXPECT_EQ(raised(bench, Indicator::kTsSyncLoss), 1U);
}

TEST(Indicators, WhatFoundNoRoomIsNotHeldAgainstTheStream) {
  Player player;
  Bench& bench = player.bench;
  player.play(50);
  const uint64_t before = all_raised(bench);
  bench.output.set_room(0);
  player.play(50);
  bench.output.set_room(1'000'000);
  player.play(50);
  EXPECT_EQ(raised(bench, Indicator::kTsSyncLoss), 0U);
  EXPECT_EQ(raised(bench, Indicator::kPatError2), 0U);
  EXPECT_LE(all_raised(bench) - before, 4U) << "counters that do not go on";
}

TEST(Indicators, ASteppedClockIsNotHeldAgainstTheStream) {
  Player player;
  Bench& bench = player.bench;
  player.play(50);
  const uint64_t before = all_raised(bench);
  bench.segmenter.clock_stepped();
  bench.now += 3'600'000'000'000;
  player.play(50);
  EXPECT_EQ(all_raised(bench), before);
}

}  // namespace
}  // namespace sluice::segment
