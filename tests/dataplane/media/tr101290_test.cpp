#include <gtest/gtest.h>

#include "tests/dataplane/media/tr101290_channel.h"

namespace sluice::media {
namespace {

TEST(Tr101290, ACleanStreamRaisesNothing) {
  Channel channel;
  channel.run(20'000);
  EXPECT_EQ(channel.raised(), Raised());
  EXPECT_GT(channel.monitor().pcrs_judged(), 450U);
  EXPECT_EQ(channel.monitor().pcrs_not_judged(), 0U);
}

TEST(Tr101290, NamesLimitsAndPrioritiesAreThoseOfTheReport) {
  EXPECT_EQ(info(Indicator::kTsSyncLoss).number, "1.1");
  EXPECT_EQ(info(Indicator::kPidError).number, "1.6");
  EXPECT_EQ(info(Indicator::kPidError).priority, 1U);
  EXPECT_EQ(info(Indicator::kTransportError).number, "2.1");
  EXPECT_EQ(info(Indicator::kTransportError).priority, 2U);
  EXPECT_EQ(info(Indicator::kCatError).number, "2.6");
  EXPECT_EQ(info(Indicator::kCatError).name, "CAT_error");
}

// 1.1 and 1.2

TEST(Tr101290, OneBadSyncByteIsNoLossOfSyncTwoInARowAre) {
  Channel channel;
  channel.run(100);
  channel.monitor().take_bad_sync(1);
  channel.run(100);
  EXPECT_EQ(channel.raised(), (Raised{{"Sync_byte_error", 1}}));
  channel.monitor().take_bad_sync(2);
  EXPECT_EQ(channel.raised(), (Raised{{"Sync_byte_error", 3}, {"TS_sync_loss", 1}}));
}

TEST(Tr101290, SyncIsFoundAgainWithFiveGoodSyncBytes) {
  Channel channel;
  channel.run(100);
  channel.monitor().take_bad_sync(3);
  channel.run(4);
  channel.monitor().take_bad_sync(2);
  EXPECT_EQ(channel.raised()["TS_sync_loss"], 1U);
  channel.run(5);
  channel.monitor().take_bad_sync(2);
  EXPECT_EQ(channel.raised()["TS_sync_loss"], 2U);
}

TEST(Tr101290, SilenceIsALossOfSyncAndNothingElse) {
  Channel channel;
  channel.run(1000);
  channel.wait(30'000);
  channel.run(1000);
  EXPECT_EQ(channel.raised(), (Raised{{"TS_sync_loss", 1}}));
}

TEST(Tr101290, WhatWasNotShownIsHeldAgainstNobody) {
  Channel channel;
  channel.run(1000);
  channel.monitor().interrupt();
  channel.wait(30'000);
  channel.run(1000);
  EXPECT_EQ(channel.raised(), Raised());
}

TEST(Tr101290, AClockThatGoesBackBeginsIntervalsAnew) {
  Channel channel;
  channel.run(1000);
  channel.wait(-3'600'000);
  channel.run(3000);
  EXPECT_EQ(channel.raised().count("PAT_error_2"), 0U);
  EXPECT_EQ(channel.raised().count("TS_sync_loss"), 0U);
}

// 1.3.a

TEST(Tr101290, APatThatStaysAwayCountsAtHalfASecondAndEachSecondMore) {
  Channel channel;
  channel.run(1000);
  channel.run(400, {.pat = true});  // the last came 0.1 s before
  EXPECT_EQ(channel.raised(), Raised());
  channel.run(1100, {.pat = true});
  channel.run(1000);
  EXPECT_EQ(channel.raised(), (Raised{{"PAT_error_2", 2}}));
}

TEST(Tr101290, AStreamWithoutPatRaisesItFromTheBeginning) {
  Channel channel;
  Tr101290Monitor monitor;
  TsBuilder builder;
  builder.null();
  for (int64_t ms = 0; ms <= 1600; ++ms) {
    monitor.set_time(ms * kMs);
    const TsPacket packet(builder.packet_at(0).data());
    monitor.take(packet, packet.header(), Continuity::kContinues, static_cast<uint64_t>(ms));
  }
  EXPECT_EQ(monitor.counts()[Indicator::kPatError2].count, 2U);
  EXPECT_NEAR(double(monitor.counts()[Indicator::kPatError2].first_ns), 0.5e9, 0.11e9);
}

TEST(Tr101290, AnotherTableOrScramblingOnThePatsPidCounts) {
  Channel channel;
  channel.run(90);
  channel.builder().table(kPatPid, {0x42, 0xb0, 0x09, 0, 1, 0xc1, 0, 0});
  channel.show();
  EXPECT_EQ(channel.raised(), (Raised{{"PAT_error_2", 1}}));
  channel.builder().packet(kPatPid, true, {}, {.scrambled = true});
  channel.show();
  EXPECT_EQ(channel.raised()["PAT_error_2"], 2U);
}

// 1.4

TEST(Tr101290, ALostPacketAndAThirdOneAreContinuityErrorsADuplicateIsNone) {
  Channel channel;
  channel.run(400);
  channel.builder().lose(kVideo);
  channel.run(400);
  EXPECT_EQ(channel.raised(), (Raised{{"Continuity_count_error", 1}}));
  channel.builder().pes(kAudio, 90'000, {1});
  channel.show();
  const auto last = copy(channel.builder().packet_at(channel.builder().packets() - 1));
  channel.take(last);
  EXPECT_EQ(channel.raised()["Continuity_count_error"], 1U);
  channel.take(last);
  EXPECT_EQ(channel.raised()["Continuity_count_error"], 2U);
}

// 1.5.a

TEST(Tr101290, APmtThatStaysAwayOrIsScrambledCounts) {
  Channel channel;
  channel.run(1000);
  channel.run(600, {.pmt = true});
  channel.run(1000);
  EXPECT_EQ(channel.raised(), (Raised{{"PMT_error_2", 1}}));
  channel.builder().packet(kPmt, true, {}, {.scrambled = true});
  channel.show();
  EXPECT_EQ(channel.raised()["PMT_error_2"], 2U);
}

TEST(Tr101290, APmtIsMissedFromWhenThePatNamesIt) {
  Channel channel;
  channel.run(2000, {.pmt = true});
  // The builder's own came before the first millisecond.
  EXPECT_EQ(channel.raised()["PMT_error_2"], 2U);
}

// 1.6

TEST(Tr101290, APidThatStaysAwayForFiveSecondsCounts) {
  Channel channel;
  channel.run(1000);
  channel.run(5500, {.audio = true});
  channel.run(200);
  EXPECT_EQ(channel.raised()["PID_error"], 1U);
}

TEST(Tr101290, APidThatNoPmtListsAnyMoreIsNotMissed) {
  Channel channel;
  channel.run(1000);
  channel.builder().pmt({{0x1b, kVideo}}, 1);
  for (int i = 0; i < 60; ++i) {
    channel.builder().pmt({{0x1b, kVideo}}, 1);
    channel.run(100, {.pmt = true, .audio = true});
  }
  EXPECT_EQ(channel.raised(), Raised());
}

TEST(Tr101290, SubtitlesMayStayAway) {
  Channel channel;
  for (int i = 0; i < 60; ++i) {
    channel.builder().pmt({{0x1b, kVideo}, {0x0f, kAudio}, {0x06, 0x102}}, 1);
    channel.run(100, {.pmt = true});
  }
  EXPECT_EQ(channel.raised(), Raised());
}

}  // namespace
}  // namespace sluice::media
