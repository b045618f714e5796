#include "tools/top/picture.h"

#include <gtest/gtest.h>

#include "tests/tools/top/sample.h"

namespace sluice::tools::top {
namespace {

using namespace std::chrono_literals;

TEST(Picture, HasRatesOverTheTimeBetweenItsLooks) {
  Sample sample(3);
  const Look before = sample.look();
  sample.pass(4s);
  sample.stats->streams[1].cc_errors.add(2);
  sample.stats->streams[1].drops.add(arena::Drop::kRingFull, 6);
  sample.stats->ports[0].nic_missed.add(8);
  const Picture picture = top::picture(before, sample.look());
  EXPECT_DOUBLE_EQ(picture.streams[0].bits_per_second, 1e6);
  EXPECT_DOUBLE_EQ(picture.streams[0].datagrams.rate, 95);
  EXPECT_DOUBLE_EQ(picture.bits_per_second, 3e6);
  EXPECT_DOUBLE_EQ(picture.streams[1].cc_errors.rate, 0.5);
  EXPECT_DOUBLE_EQ(picture.streams[1].drops.rate, 1.5);
  EXPECT_EQ(picture.dropped.total, 6U);
  EXPECT_DOUBLE_EQ(picture.drops[0].count.rate, 1.5);
  EXPECT_DOUBLE_EQ(picture.ports[0].missed.rate, 2);
  EXPECT_DOUBLE_EQ(picture.lcores[0].busy, 0.25);
  EXPECT_EQ(picture.lcores[0].role, "rx");
}

TEST(Picture, HasNoRateForACounterThatWentBack) {
  Sample sample(1);
  sample.pass(10s);
  const Look before = sample.look();
  sample.pass(1s);
  sample.stats->streams[0].bytes.set(5);
  sample.stats->streams[0].received.set(1);
  const Picture picture = top::picture(before, sample.look());
  EXPECT_EQ(picture.streams[0].bits_per_second, 0);
  EXPECT_EQ(picture.streams[0].datagrams.rate, 0);
  EXPECT_EQ(picture.streams[0].datagrams.total, 1U);
}

TEST(Picture, HasNoRateForAStreamThatIsNew) {
  Sample sample(2);
  sample.pass(100s);
  Look before = sample.look();
  before.status["streams"].erase(1);
  sample.pass(1s);
  const Picture picture = top::picture(before, sample.look());
  EXPECT_GT(picture.streams[0].bits_per_second, 0);
  EXPECT_EQ(picture.streams[1].bits_per_second, 0);
}

TEST(Picture, CallsNoStreamReceivingWhileNoDataplaneRuns) {
  Sample sample(1);
  EXPECT_EQ(top::picture(sample.look(), sample.look(false)).streams[0].state, "down");
}

TEST(Picture, IsMadeOfPagesThatAreNotThere) {
  const config::Appliance nothing;
  const Look look{.status = api::status_json({.appliance = nothing})};
  const Picture picture = top::picture(look, look);
  EXPECT_TRUE(picture.streams.empty());
  EXPECT_EQ(picture.arena_seconds, std::nullopt);
}

TEST(Picture, FindsTroubleInWhatGoesWrongNow) {
  Sample sample(4);
  sample.stats->streams[0].cc_errors.add(7);
  const Look before = sample.look();
  sample.pass(1s);
  sample.stats->streams[1].cc_errors.add();
  sample.stats->streams[2].drops.add(arena::Drop::kBadRtp);
  sample.stats->streams[3].state.set(static_cast<uint64_t>(arena::StreamState::kSilent));
  const Picture picture = top::picture(before, sample.look());
  EXPECT_FALSE(picture.streams[0].troubled());
  EXPECT_TRUE(picture.streams[1].troubled());
  EXPECT_TRUE(picture.streams[2].troubled());
  EXPECT_TRUE(picture.streams[3].troubled());
}

}  // namespace
}  // namespace sluice::tools::top
