#include "dataplane/media/tr101290_monitor.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "dataplane/media/timestamp.h"
#include "tests/dataplane/segment/ts_builder.h"

namespace sluice::media {
namespace {

using segment::TsBuilder;
using Raised = std::map<std::string, uint64_t>;

constexpr uint16_t kPmt = TsBuilder::kPmtPid;
constexpr uint16_t kVideo = TsBuilder::kVideoPid;
constexpr uint16_t kAudio = TsBuilder::kAudioPid;
constexpr int64_t kMs = 1'000'000;
constexpr Pcr kPcrMs = 27'000;

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

std::vector<uint8_t> copy(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

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
