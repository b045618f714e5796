#include "tools/analyze/file_clock.h"

#include <gtest/gtest.h>

#include "tests/dataplane/segment/ts_builder.h"

namespace sluice::tools::analyze {
namespace {

using segment::TsBuilder;

constexpr uint16_t kClockPid = 0x100;
constexpr uint64_t kTick = 27'000'000;
constexpr int64_t kMs = 1'000'000;

/// A PCR, and null packets behind it.
void add(TsBuilder& ts, uint64_t pcr, int nulls) {
  ts.packet(kClockPid, false, {}, {.pcr = pcr});
  for (int i = 0; i < nulls; ++i) ts.null();
}

TEST(FileClock, PacketsComeAtAnEvenPaceBetweenPcrs) {
  TsBuilder ts;
  add(ts, kTick, 9);
  add(ts, kTick + kTick / 10, 19);
  add(ts, kTick + kTick / 5, 0);
  FileClock clock{Bytes(ts.bytes())};
  EXPECT_EQ(clock.at(0), 0);
  EXPECT_EQ(clock.at(5), 50 * kMs);
  EXPECT_EQ(clock.at(10), 100 * kMs);
  EXPECT_EQ(clock.at(20), 150 * kMs);
  EXPECT_EQ(clock.at(30), 200 * kMs);
}

TEST(FileClock, WhatComesBeforeTheFirstPcrHasItsPace) {
  TsBuilder ts;
  for (int i = 0; i < 10; ++i) ts.null();
  add(ts, 0, 9);
  add(ts, kTick / 10, 0);
  FileClock clock{Bytes(ts.bytes())};
  EXPECT_EQ(clock.at(0), 0);
  EXPECT_EQ(clock.at(10), 100 * kMs);
  EXPECT_EQ(clock.at(20), 200 * kMs);
}

TEST(FileClock, JumpsAreNoTimeAndTheWrapIsNoJump) {
  TsBuilder ts;
  const uint64_t wrap = (uint64_t{1} << 33) * 300;
  add(ts, wrap - kTick / 10, 9);
  add(ts, 0, 9);
  add(ts, 500 * kTick, 9);
  add(ts, 500 * kTick + kTick / 10, 9);
  add(ts, 20 * kTick, 9);
  add(ts, 20 * kTick + kTick / 10, 0);
  FileClock clock{Bytes(ts.bytes())};
  EXPECT_EQ(clock.at(10), 100 * kMs);
  EXPECT_EQ(clock.at(20), 200 * kMs);
  EXPECT_EQ(clock.at(30), 300 * kMs);
  EXPECT_EQ(clock.at(40), 400 * kMs);
  EXPECT_EQ(clock.at(50), 500 * kMs);
}

TEST(FileClock, BehindTheLastPcrItStandsForASecond) {
  TsBuilder ts;
  add(ts, 0, 9);
  add(ts, kTick / 10, 200);
  FileClock clock{Bytes(ts.bytes())};
  EXPECT_EQ(clock.at(10), 100 * kMs);
  EXPECT_EQ(clock.at(110), 100 * kMs);
  EXPECT_EQ(clock.at(160), 600 * kMs);
}

TEST(FileClock, WithoutTwoPcrsThereIsNoTime) {
  TsBuilder ts;
  add(ts, 0, 9);
  EXPECT_EQ(FileClock{Bytes(ts.bytes())}.at(0), std::nullopt);
  EXPECT_EQ(FileClock{Bytes()}.at(0), std::nullopt);
}

}  // namespace
}  // namespace sluice::tools::analyze
