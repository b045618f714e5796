#include <gtest/gtest.h>

#include "tests/dataplane/media/tr101290_channel.h"

namespace sluice::media {
namespace {

// 2.1

TEST(Tr101290, PacketsWithTransportErrorCountAndAreNotLookedAt) {
  Channel channel;
  channel.run(100);
  channel.builder().pat();
  auto bad = copy(channel.builder().packet_at(channel.builder().packets() - 1));
  bad[1] |= 0x80;
  bad[3] |= 0xc0;
  channel.take(bad);
  EXPECT_EQ(channel.raised(), (Raised{{"Transport_error", 1}}));
}

// 2.2

TEST(Tr101290, ABadCrcCountsInEachKindOfTable) {
  for (const uint16_t pid : {kPatPid, kPmt, uint16_t{1}, uint16_t{0x10}, uint16_t{0x11},
                             uint16_t{0x12}, uint16_t{0x14}}) {
    Channel channel;
    channel.run(90);
    TsBuilder other;
    other.table(pid, {0x4e, 0xb0, 0x09, 0, 1, 0xc1, 0, 0});
    auto bad = copy(other.packet_at(0));
    bad[15] ^= 1;
    channel.monitor().set_time(channel.now_ns());
    channel.monitor().take(TsPacket(bad.data()), TsPacket(bad.data()).header(),
                           Continuity::kContinues, 1000);
    EXPECT_EQ(channel.raised(), (Raised{{"CRC_error", 1}})) << pid;
  }
}

TEST(Tr101290, ASectionOverManyPacketsIsCheckedAndOneThatLostAPacketIsNot) {
  std::vector<uint8_t> section(4000, 0x55);
  section[0] = 0x50;  // EIT schedule
  section[1] = 0xf0 | (4001 >> 8);
  section[2] = 4001 & 0xff;
  for (const bool broken : {false, true}) {
    TsBuilder builder;
    builder.table(0x12, section);
    Tr101290Monitor monitor;
    monitor.set_time(0);
    for (size_t i = 0; i < builder.packets(); ++i) {
      auto bytes = copy(builder.packet_at(i));
      if (i == 10) bytes[50] ^= 1;
      const TsPacket packet(bytes.data());
      monitor.take(packet, packet.header(),
                   broken && i == 5 ? Continuity::kBroken : Continuity::kContinues, i);
    }
    EXPECT_EQ(monitor.counts()[Indicator::kCrcError].count, broken ? 0U : 1U);
  }
}

// 2.3a and 2.3b

TEST(Tr101290, PcrsMoreThanAHundredMillisecondsApartCountForBothIndicators) {
  Channel channel;
  channel.run(1000);
  channel.run(100, {.pcr = true});
  channel.run(1000);
  EXPECT_EQ(channel.raised(),
            (Raised{{"PCR_repetition_error", 1}, {"PCR_discontinuity_indicator_error", 1}}));
}

TEST(Tr101290, APcrThatJumpsCountsUnlessItWasAnnounced) {
  Channel channel;
  channel.run(1000);
  channel.jump_pcr(5000);
  channel.run(1000);
  EXPECT_EQ(channel.raised(), (Raised{{"PCR_discontinuity_indicator_error", 1}}));
  channel.jump_pcr(-9000);
  channel.run(1000);
  EXPECT_EQ(channel.raised()["PCR_discontinuity_indicator_error"], 2U);
  channel.jump_pcr(1000);
  channel.builder().packet(kVideo, false, {}, {.discontinuity = true});
  channel.run(1000);
  EXPECT_EQ(channel.raised()["PCR_discontinuity_indicator_error"], 2U);
}

TEST(Tr101290, ThePcrMayWrap) {
  Channel channel;
  channel.run(100);
  channel.builder().packet(kVideo, false, {}, {.discontinuity = true});
  channel.jump_pcr(static_cast<int64_t>(kPcrModulus / kPcrMs) - 1'000'500);
  channel.run(1000);
  EXPECT_EQ(channel.raised(), Raised());
}

// 2.4

TEST(Tr101290, PlacesBeforeAndBehindALossAreNotCompared) {
  Channel channel;
  channel.run(2000);
  channel.builder().lose(kVideo);
  channel.wait(10);
  channel.run(2000);
  EXPECT_EQ(channel.raised(), (Raised{{"Continuity_count_error", 1}}));
  EXPECT_GT(channel.monitor().pcrs_judged(), 95U);
}

TEST(Tr101290, AccuracyIsThatOfEachPcrToTheLineThroughItsNeighbours) {
  PcrAccuracy accuracy{};
  const auto feed = [&](size_t bad, int64_t off) {
    bool full = false;
    for (size_t i = 0; i < PcrAccuracy::kBlock; ++i) {
      const auto error = i % 20 == 7 && i / 20 < bad ? off : 0;
      full = accuracy.take(100 * i, static_cast<Pcr>(int64_t(540'000 * i) + error), int64_t(i));
    }
    EXPECT_TRUE(full);
    return accuracy.judge();
  };
  EXPECT_EQ(feed(3, 13).errors, 0U);  // 481 ns
  const auto verdict = feed(3, -14);  // 519 ns
  EXPECT_EQ(verdict.errors, 3U);
  EXPECT_EQ(verdict.judged, PcrAccuracy::kBlock);
  EXPECT_EQ(verdict.first_error_ns, 7);
  EXPECT_EQ(verdict.last_error_ns, 47);
  EXPECT_NEAR(double(verdict.worst_ns), 518.5, 1);
}

TEST(Tr101290, AccuracyIsNotJudgedWhereTheBitrateIsNotConstant) {
  PcrAccuracy accuracy{};
  for (size_t i = 0; i < PcrAccuracy::kBlock; ++i) {
    accuracy.take(100 * i + i * i % 37, 540'000 * i, 0);
  }
  const auto verdict = accuracy.judge();
  EXPECT_EQ(verdict.judged, 0U);
  EXPECT_EQ(verdict.errors, 0U);
}

// 2.5

TEST(Tr101290, TimeStampsMoreThanSevenHundredMillisecondsApartCount) {
  Channel channel;
  channel.run(1000);
  channel.run(700, {.video_pts = true});
  channel.run(1000);
  EXPECT_EQ(channel.raised(), (Raised{{"PTS_error", 1}}));
}

// 2.6

TEST(Tr101290, ScrambledPacketsWithoutACatCount) {
  Channel channel;
  for (int i = 0; i < 50; ++i) {
    channel.builder().packet(0x200, false, {}, {.scrambled = true});
    channel.run(100);
  }
  EXPECT_EQ(channel.raised(), (Raised{{"CAT_error", 2}}));  // after 2 s and 4 s
}

TEST(Tr101290, ScrambledPacketsWithACatAreInOrder) {
  Channel channel;
  for (int i = 0; i < 50; ++i) {
    channel.builder().packet(0x200, false, {}, {.scrambled = true});
    if (i % 10 == 0) channel.builder().table(1, {0x01, 0xb0, 0x09, 0xff, 0xff, 0xc1, 0, 0});
    channel.run(100);
  }
  EXPECT_EQ(channel.raised(), Raised());
  channel.builder().table(1, {0x02, 0xb0, 0x09, 0xff, 0xff, 0xc1, 0, 0});
  channel.show();
  EXPECT_EQ(channel.raised(), (Raised{{"CAT_error", 1}}));
}

TEST(Tr101290, AProgrammeTakenOutOfAMultiplexHasNoCatToMiss) {
  Channel channel;
  channel.monitor().judge_as_part();
  for (int i = 0; i < 50; ++i) {
    channel.builder().packet(0x200, false, {}, {.scrambled = true});
    channel.run(100);
  }
  EXPECT_EQ(channel.raised(), Raised());
  EXPECT_EQ(channel.monitor().pcrs_judged(), 0U);
}

TEST(Tr101290, FirstAndLastTellWhen) {
  Channel channel;
  channel.run(1000);
  const int64_t first = channel.now_ns();
  channel.builder().lose(kVideo);
  channel.run(1000);
  const int64_t second = channel.now_ns();
  channel.builder().lose(kVideo);
  channel.run(1000);
  const IndicatorCount& count = channel.monitor().counts()[Indicator::kContinuityCountError];
  EXPECT_NEAR(double(count.first_ns - first), 0, 50e6);
  EXPECT_NEAR(double(count.last_ns - second), 0, 50e6);
}

}  // namespace
}  // namespace sluice::media
