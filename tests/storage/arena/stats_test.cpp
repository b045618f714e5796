#include "storage/arena/stats.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace sluice::arena {
namespace {

class StatsTest : public testing::Test {
 protected:
  StatsTest()
      : file_(std::filesystem::path(testing::TempDir()) / ("stats-" + std::to_string(getpid()))) {}
  ~StatsTest() override { std::filesystem::remove(file_); }
  std::filesystem::path file_;
};

TEST_F(StatsTest, AReaderSeesWhatTheWriterCounts) {
  const auto writer = StatsFile::create(file_);
  ASSERT_TRUE(writer) << writer.error().message;
  const auto reader = StatsFile::read(file_);
  ASSERT_TRUE(reader) << reader.error().message;
  (*writer)->streams[3].committed.add(5);
  (*writer)->streams[3].committed.add();
  EXPECT_EQ((*reader)->streams[3].committed.get(), 6U);
}

TEST_F(StatsTest, CountersLiveOnWhenTheWriterIsReplaced) {
  { (*StatsFile::create(file_))->ports[0].received.add(7); }
  const auto successor = StatsFile::create(file_);
  EXPECT_EQ((*successor)->ports[0].received.get(), 7U);
}

TEST_F(StatsTest, APageOfAnotherVersionIsReplacedByAWriterAndRefusedByAReader) {
  { std::ofstream(file_) << "another version"; }
  const auto refused = StatsFile::read(file_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().next, Next::kNotFound);
  ASSERT_TRUE(StatsFile::create(file_));
  EXPECT_TRUE(StatsFile::read(file_));
}

TEST_F(StatsTest, AMissingPageIsNotFound) {
  const auto missing = ControlFile::read(file_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().next, Next::kNotFound);
}

TEST_F(StatsTest, EveryDatagramIsCommittedDroppedByNameOrInFlight) {
  const auto page = StatsFile::create(file_);
  (*page)->ports[0].received.add(100);
  (*page)->ports[0].drops.add(Drop::kTruncated, 3);
  (*page)->ports[1].received.add(50);
  (*page)->streams[0].committed.add(120);
  (*page)->streams[1].drops.add(Drop::kArenaFull, 5);
  (*page)->restart.add(Drop::kLostInRestart, 2);
  const Totals sum = totals(**page);
  EXPECT_EQ(sum.received, 150U);
  EXPECT_EQ(sum.committed, 120U);
  EXPECT_EQ(sum.drops, (std::map<std::string, uint64_t>{
                           {"truncated", 3}, {"arena_full", 5}, {"lost_in_restart", 2}}));
  EXPECT_EQ(sum.in_flight, 20U);
}

TEST(Drop, EveryReasonHasAName) {
  for (size_t i = 0; i < kDropCount; ++i) {
    EXPECT_NE(to_string(static_cast<Drop>(i)), "unknown") << i;
  }
}

}  // namespace
}  // namespace sluice::arena
