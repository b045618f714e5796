#include "tests/control/upload/archive_fixture.h"

namespace sluice::upload {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class RestartTest : public ArchiveTest {
 protected:
  /// Control dies after `turns` turns, over and over, while segments are sealed; then it is left
  /// alone.
  void run_with_kills(int turns, bool late_answers) {
    media_time_ = *parse_rfc3339("2025-01-16T06:59:00Z");
    bucket_.outcomes_a_poll = 1;
    bucket_.late_answers = late_answers;
    start_control();
    turn();
    for (int life = 0; life < 12; ++life) {
      seal();
      seal();
      for (int i = 0; i < turns; ++i) {
        clock_.advance(20ms);
        turn();
      }
      kill_control();
      start_control();
    }
    bucket_.outcomes_a_poll = 1000;
    drain();
  }
};

TEST_F(RestartTest, AKillAfterAnyNumberOfStepsLosesNothingAndDoublesNothing) {
  run_with_kills(GTEST_FLAG_GET(random_seed) % 2 + 1, true);
  expect_nothing_missing_and_nothing_twice();
}

class RestartAfter : public RestartTest, public testing::WithParamInterface<int> {};

TEST_P(RestartAfter, LosesNothingAndDoublesNothing) {
  run_with_kills(GetParam() / 2, GetParam() % 2 != 0);
  expect_nothing_missing_and_nothing_twice();
  const std::string six = object("tv/news/2025/01/16/06/hourly_index.m3u8");
  EXPECT_EQ(uris(six).size(), 6u);
  EXPECT_THAT(six, EndsWith("#EXT-X-ENDLIST\n"));
  EXPECT_EQ(uris(object("tv/news/2025/01/16/07/index.m3u8")).size(), 18u);
  EXPECT_EQ(uris(object("tv/news/index.m3u8")).back(),
            "2025/01/16/07/segment_20250116-070250__0017.ts");
}
INSTANTIATE_TEST_SUITE_P(Steps, RestartAfter, testing::Range(0, 40));

TEST_F(RestartTest, ASegmentThatIsNotedAsStoredIsOnlyReleased) {
  start_control();
  turn();
  bucket_.hold = [](const std::string& key) { return key.ends_with(".ts"); };
  seal();
  turn_for(1s);
  kill_control();
  // As if the predecessor had died between its commit and the release.
  auto reader =
      arena::ArenaReader::attach(arena::arena_files(appliance_.arena.path).back()).value();
  const auto sealed = reader->take_sealed();
  ASSERT_EQ(sealed.size(), 1u);
  const std::string key = arena::segment_key(sealed[0]);
  bucket_.objects[key] = sealed_[0];
  {
    auto catalog = catalog::Catalog::open(catalog::catalog_path(appliance_)).value();
    ASSERT_TRUE(catalog.commit({.segments = {{.stream = "news",
                                              .key = key,
                                              .bytes = sealed[0].bytes,
                                              .state = catalog::SegmentState::kStored,
                                              .record = sealed[0].record}}}));
  }
  start_control();
  drain();
  EXPECT_EQ(bucket_.count_puts(key), 0u);
  expect_nothing_missing_and_nothing_twice();
  EXPECT_EQ(uris(object("tv/news/index.m3u8")).size(), 1u) << "it is published all the same";
}

TEST_F(RestartTest, ADeadDataplaneLeavesOnlyWhatWasCommittedAndNumbersGoOn) {
  start_control();
  turn();
  seal();
  turn();
  start_dataplane();
  seal(10s, true);
  drain();
  expect_nothing_missing_and_nothing_twice();
}

TEST_F(RestartTest, AnEmptiedStoreGetsANewArchive) {
  start_control();
  turn();
  seal();
  seal();
  drain();
  kill_control();
  bucket_.objects.clear();
  start_control();
  seal();
  drain();
  EXPECT_EQ(stored_segments(), std::vector{sealed_[2]});
  EXPECT_EQ(catalog_->read().range("news", 0, 100).value().size(), 1u);
  EXPECT_EQ(uris(object("tv/news/index.m3u8")).size(), 1u);
  EXPECT_EQ(uris(object("tv/news/2025/01/16/06/index.m3u8")).size(), 1u);
  EXPECT_THAT(object("tv/.sluice/store.json"), HasSubstr(catalog_->read().store_id().value()));
  EXPECT_TRUE(std::filesystem::exists(catalog_->file().string() + ".old-1"));
}

TEST_F(RestartTest, AMarkerThatIsGoneAloneIsWrittenAgain) {
  start_control();
  turn();
  seal();
  drain();
  kill_control();
  const std::string marker = object("tv/.sluice/store.json");
  bucket_.objects.erase("tv/.sluice/store.json");
  start_control();
  drain();
  EXPECT_EQ(object("tv/.sluice/store.json"), marker);
  expect_nothing_missing_and_nothing_twice();
}

TEST_F(RestartTest, AStoreWithAnotherIdIsAdopted) {
  start_control();
  turn();
  seal();
  drain();
  kill_control();
  bucket_.objects["tv/.sluice/store.json"] = R"({"id": "another"})";
  start_control();
  drain();
  EXPECT_EQ(catalog_->read().store_id().value(), "another");
  EXPECT_EQ(catalog_->read().range("news", 0, 100).value().size(), 1u);
}

TEST_F(RestartTest, NumbersGoOnBehindWhatAnOldArenaHoldsAndNoCatalogKnows) {
  start_control();
  turn();
  kill_control();
  seal();
  seal();
  // A dataplane that finds no arena to carry numbers from makes one whose streams want to be told.
  const auto folder = appliance_.arena.path;
  std::filesystem::rename(folder / "arena-1", folder / "kept");
  start_dataplane();
  std::filesystem::rename(folder / "kept", folder / "arena-0");
  start_control();
  turn();
  seal();
  drain();
  EXPECT_EQ(stored_segments(), sealed_);
  EXPECT_TRUE(catalog_->read().find("news", 2).value());
}

}  // namespace
}  // namespace sluice::upload
