#include "tests/control/upload/archive_fixture.h"

namespace sluice::upload {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kLive = "tv/news/index.m3u8";

class LiveWindowTest : public ArchiveTest {
 protected:
  LiveWindowTest() {
    start_control();
    turn();
  }
  void hold_number(const std::string& number) {
    bucket_.hold = [number](const std::string& key) { return key.ends_with(number + ".ts"); };
  }
  std::string live() { return object(kLive); }
};

TEST_F(LiveWindowTest, SlidesByOneAndCountsWhatItDrops) {
  for (int i = 0; i < 10; ++i) {
    seal(10s, i == 1 || i == 5);
    turn_for(1s);
  }
  EXPECT_EQ(uris(live()).size(), 6u);
  EXPECT_THAT(values(live(), "#EXT-X-MEDIA-SEQUENCE:"), ElementsAre("4"));
  EXPECT_THAT(values(live(), "#EXT-X-DISCONTINUITY-SEQUENCE:"), ElementsAre("1"));
  EXPECT_EQ(values(live(), "#EXT-X-DISCONTINUITY").size(), 2u) << "the sequence, and segment 5";
  seal();
  seal();
  turn_for(1s);
  EXPECT_THAT(values(live(), "#EXT-X-MEDIA-SEQUENCE:"), ElementsAre("6"));
  EXPECT_THAT(values(live(), "#EXT-X-DISCONTINUITY-SEQUENCE:"), ElementsAre("2"));
}

TEST_F(LiveWindowTest, GoesOnAfterARestartWhereItWas) {
  for (int i = 0; i < 10; ++i) {
    seal(10s, i == 1 || i == 5);
    turn_for(1s);
  }
  const std::string before = live();
  kill_control();
  bucket_.objects[kLive] = "gone";
  start_control();
  turn(5);
  EXPECT_EQ(live(), before);
  seal();
  turn_for(1s);
  EXPECT_THAT(values(live(), "#EXT-X-MEDIA-SEQUENCE:"), ElementsAre("5"));
  EXPECT_THAT(values(live(), "#EXT-X-DISCONTINUITY-SEQUENCE:"), ElementsAre("1"));
}

TEST_F(LiveWindowTest, WaitsForALateSegmentATargetDuration) {
  hold_number("0001");
  for (int i = 0; i < 3; ++i) {
    seal();
  }
  turn_for(9s);
  EXPECT_EQ(uris(live()).size(), 1u);
  bucket_.hold = nullptr;
  turn_for(500ms);
  EXPECT_EQ(uris(live()).size(), 3u);
  EXPECT_THAT(live(), Not(HasSubstr("GAP")));
}

TEST_F(LiveWindowTest, ShowsASegmentThatIsTooLateAsAGapForGoodAndTheHourHasIt) {
  hold_number("0001");
  for (int i = 0; i < 3; ++i) {
    seal();
  }
  turn_for(11s);
  EXPECT_EQ(uris(live()).size(), 3u);
  EXPECT_EQ(values(live(), "#EXT-X-GAP").size(), 1u);
  const std::string hour = "tv/news/2025/01/16/06/index.m3u8";
  EXPECT_EQ(uris(object(hour)).size(), 1u) << "what follows would have to move when it comes";
  const std::string with_gap = live();
  bucket_.hold = nullptr;
  turn_for(1s);
  EXPECT_EQ(live(), with_gap);
  EXPECT_EQ(uris(object(hour)).size(), 3u);
  EXPECT_THAT(object(hour), Not(HasSubstr("GAP")));
  kill_control();
  start_control();
  turn(5);
  EXPECT_EQ(live(), with_gap) << "a restart must not change what was shown";
  drain();
  expect_nothing_missing_and_nothing_twice();
}

TEST_F(LiveWindowTest, AGapStaysAGapIfItIsStoredAfterARestart) {
  hold_number("0001");
  for (int i = 0; i < 3; ++i) {
    seal();
  }
  turn_for(11s);
  const std::string with_gap = live();
  kill_control();
  start_control();
  turn(5);
  bucket_.hold = nullptr;
  drain();
  EXPECT_EQ(live(), with_gap);
  EXPECT_TRUE(catalog_->read().find("news", 1).value()->live_gap);
  expect_nothing_missing_and_nothing_twice();
}

TEST_F(LiveWindowTest, AGapThatNoArenaHoldsAnyMoreIsLostAndTheHourSaysSo) {
  hold_number("0001");
  for (int i = 0; i < 3; ++i) {
    seal();
  }
  turn_for(11s);
  kill_control();
  writer_.reset();
  std::filesystem::remove_all(appliance_.arena.path);
  std::filesystem::create_directories(appliance_.arena.path);
  start_control();
  drain();
  EXPECT_EQ(catalog_->read().find("news", 1).value()->state, catalog::SegmentState::kLost);
  const std::string hour = object("tv/news/2025/01/16/06/index.m3u8");
  EXPECT_EQ(uris(hour).size(), 3u);
  EXPECT_EQ(values(hour, "#EXT-X-GAP").size(), 1u);
}

TEST_F(LiveWindowTest, AnOutageMakesNoGaps) {
  seal();
  turn_for(1s);
  bucket_.fault = [](const std::string&) { return Error{Next::kRetry, "down"}; };
  for (int i = 0; i < 6; ++i) {
    seal();
    turn_for(10s, 1s);
  }
  bucket_.fault = nullptr;
  drain();
  EXPECT_THAT(live(), Not(HasSubstr("GAP")));
  EXPECT_THAT(values(live(), "#EXT-X-MEDIA-SEQUENCE:"), ElementsAre("1"));
}

TEST(LiveWindow, BeginsAnewBehindNumbersThatNobodyKnowsAndCountsTheDiscontinuity) {
  LiveWindow window({.target_duration = 10, .live_window = 6});
  KnownSegments known;
  for (const uint64_t sequence : {0, 1, 5, 6}) {
    known[sequence] = {.stream = "news",
                       .sequence = sequence,
                       .key = "news/x.ts",
                       .state = catalog::SegmentState::kStored};
  }
  const Clock::Monotonic start{};
  window.advance(known, start);
  EXPECT_EQ(window.next(), 2u) << "what is missing may come yet";
  window.advance(known, start + 10s);
  EXPECT_EQ(window.first(), 5u);
  EXPECT_EQ(window.next(), 7u);
  EXPECT_EQ(window.discontinuities(), 1u);
}

}  // namespace
}  // namespace sluice::upload
