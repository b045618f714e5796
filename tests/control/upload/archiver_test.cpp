#include "control/upload/archiver.h"

#include "tests/control/upload/archive_fixture.h"
#include "tests/dataplane/segment/ts_builder.h"

namespace sluice::upload {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kLive = "tv/news/index.m3u8";
constexpr const char* kHour = "tv/news/2025/01/16/06/";

TEST_F(ArchiveTest, StoresSegmentsNotesThemAndGivesTheirMemoryBack) {
  start_control();
  turn();
  for (int i = 0; i < 3; ++i) {
    seal();
  }
  drain();
  expect_nothing_missing_and_nothing_twice();
  EXPECT_EQ(object("tv/news/2025/01/16/06/segment_20250116-063010__0001.ts"), sealed_[1]);
  EXPECT_EQ(writer_->reclaim(), 3u);
  EXPECT_EQ(page_->uploads.get(), 3u);
  EXPECT_EQ(page_->streams[0].segments_stored.get(), 3u);
  EXPECT_EQ(page_->streams[0].segments_taken.get(), 3u);
  EXPECT_EQ(page_->segments_waiting.get(), 0u);
  EXPECT_EQ(page_->store_state.get(), static_cast<uint64_t>(arena::StoreState::kOk));
}

TEST_F(ArchiveTest, PublishesLiveHourlyAndRelativePlaylistsAndTheManifest) {
  start_control();
  turn();
  seal(10s);
  seal(9s, true);
  drain();
  const std::vector<std::string> names{"segment_20250116-063000__0000.ts",
                                       "segment_20250116-063010__0001.ts"};
  EXPECT_THAT(uris(object(kLive)),
              ElementsAre("2025/01/16/06/" + names[0], "2025/01/16/06/" + names[1]));
  EXPECT_THAT(object(kLive), HasSubstr("#EXT-X-DISCONTINUITY\n"));
  EXPECT_THAT(values(object(kLive), "#EXT-X-TARGETDURATION:"), ElementsAre("10"));
  EXPECT_THAT(uris(object(std::string(kHour) + "index.m3u8")), ElementsAre(names[0], names[1]));
  EXPECT_THAT(uris(object(std::string(kHour) + "hourly_index.m3u8")),
              ElementsAre(HasSubstr("https://signed/tv/news/2025/01/16/06/" + names[0] + "?until="),
                          HasSubstr(names[1])));
  EXPECT_THAT(object(std::string(kHour) + "index.m3u8"), Not(HasSubstr("ENDLIST")));
  EXPECT_EQ(uris(object(std::string(kHour) + "manifest.jsonl")).size(), 2u);
  EXPECT_THAT(text_of_file(appliance_.control.urls_log),
              testing::StartsWith("Hour 2025/01/16/06 => https://signed/" + std::string(kHour) +
                                  "hourly_index.m3u8?until="));
}

TEST_F(ArchiveTest, ShowsAHoleLongerThanASegmentAsGaps) {
  start_control();
  turn();
  seal(10s);
  media_time_ += 25s;
  seal(10s, true);
  drain();
  for (const std::string& text : {object(kLive), object(std::string(kHour) + "index.m3u8")}) {
    EXPECT_THAT(values(text, "#EXTINF:"),
                ElementsAre("10.000000,", "8.333333,", "8.333333,", "8.333333,", "10.000000,"));
    const size_t gap = text.find("#EXT-X-PROGRAM-DATE-TIME:2025-01-16T06:30:10.000Z\n#EXT-X-GAP\n");
    const size_t discontinuity = text.find("#EXT-X-DISCONTINUITY\n");
    EXPECT_LT(gap, discontinuity);
    EXPECT_LT(discontinuity, text.find("#EXT-X-PROGRAM-DATE-TIME:2025-01-16T06:30:35.000Z\n"));
    EXPECT_EQ(text.find("#EXT-X-GAP", discontinuity), std::string::npos);
  }
  const auto rows = catalog_->read().range("news", 0, INT64_MAX).value();
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[3].state, catalog::SegmentState::kLost);
  EXPECT_EQ(rows[4].sequence, 4u);
  EXPECT_EQ(rows[4].number_in_hour, 1u);
  EXPECT_EQ(stored_segments().size(), 2u);
}

TEST_F(ArchiveTest, PlainUrlsAreWrittenWhereSigningIsOff) {
  appliance_.streams[0].playlist.sign = false;
  start_control();
  turn();
  seal();
  bucket_.hold = [](const std::string& key) { return key.ends_with("hourly_index.m3u8"); };
  turn_for(1s);
  EXPECT_FALSE(std::filesystem::exists(appliance_.control.urls_log))
      << "urls.log names an object that is not stored";
  bucket_.hold = nullptr;
  archiver_->flush();
  turn_for(1s);
  EXPECT_EQ(text_of_file(appliance_.control.urls_log),
            "Hour 2025/01/16/06 => https://plain/" + std::string(kHour) + "hourly_index.m3u8\n");
}

TEST_F(ArchiveTest, AnOutageLosesNothingAndIsToldOnThePage) {
  start_control();
  turn();
  bucket_.fault = [](const std::string&) { return Error{Next::kRetry, "connection refused"}; };
  for (int i = 0; i < 30; ++i) {
    seal();
    turn_for(1s);
  }
  EXPECT_EQ(stored_segments().size(), 0u);
  EXPECT_EQ(page_->store_state.get(), static_cast<uint64_t>(arena::StoreState::kFailing));
  EXPECT_STREQ(page_->store_error, "connection refused");
  EXPECT_EQ(page_->segments_waiting.get(), 30u);
  EXPECT_GT(page_->upload_failures.get(), 16u);
  bucket_.fault = nullptr;
  drain();
  expect_nothing_missing_and_nothing_twice();
  EXPECT_EQ(page_->store_state.get(), static_cast<uint64_t>(arena::StoreState::kOk));
  EXPECT_STREQ(page_->store_error, "");
}

TEST_F(ArchiveTest, AStreamThatTheStoreRefusesDoesNotKeepAnotherWaiting) {
  const uint32_t sport = writer_->enter(StreamId::parse("sport").value(), "tv/sport/").value();
  start_control();
  turn();
  bucket_.fault = [](const std::string& key) -> std::optional<Error> {
    if (key.starts_with("tv/sport/")) {
      return Error{Next::kGiveUp, "AccessDenied"};
    }
    return std::nullopt;
  };
  for (int i = 0; i < 40; ++i) {
    arena::SegmentWriter segment = writer_->begin(sport);
    ASSERT_TRUE(segment);
    segment.record().start_utc_ns = to_ns(clock_.now());
    ASSERT_TRUE(segment.append(as_bytes("sport")));
    segment.commit(segment.appended());
    segment.seal();
  }
  turn();
  seal();
  turn_for(1s);
  EXPECT_EQ(bucket_.objects.count(std::string(kHour) + "segment_20250116-063000__0000.ts"), 1u);
}

TEST_F(ArchiveTest, RefusedCredentialsAreTriedAgainForEver) {
  start_control();
  bucket_.fault = [](const std::string&) {
    return Error{Next::kRefreshCredentials, "InvalidAccessKeyId"};
  };
  turn_for(1s);
  seal();
  turn_for(120s);
  EXPECT_EQ(page_->store_state.get(), static_cast<uint64_t>(arena::StoreState::kRefused));
  bucket_.fault = nullptr;
  drain();
  expect_nothing_missing_and_nothing_twice();
}

TEST_F(ArchiveTest, SeedsAStreamBeforeTheStoreIsThere) {
  bucket_.fault = [](const std::string&) { return Error{Next::kRetry, "down"}; };
  start_control();
  EXPECT_FALSE(writer_->seeded(entry_));
  turn();
  EXPECT_TRUE(writer_->seeded(entry_));
}

TEST_F(ArchiveTest, FaultsDelaysAndReorderingLoseNothing) {
  start_control();
  turn();
  std::mt19937 random(3);
  bucket_.shuffle = true;
  bucket_.late_answers = true;
  bucket_.fault = [&](const std::string&) -> std::optional<Error> {
    return random() % 3 == 0 ? std::optional(Error{Next::kRetry, "503"}) : std::nullopt;
  };
  bucket_.hold = [&](const std::string&) { return random() % 2 == 0; };
  for (int i = 0; i < 60; ++i) {
    seal();
    turn_for(1s, 50ms);
    writer_->reclaim();
  }
  drain();
  expect_nothing_missing_and_nothing_twice();
}

TEST_F(ArchiveTest, NumbersGoOnAfterTheArenaIsGone) {
  start_control();
  turn();
  seal();
  seal();
  drain();
  kill_control();
  writer_.reset();
  std::filesystem::remove_all(appliance_.arena.path);
  std::filesystem::create_directories(appliance_.arena.path);
  start_dataplane();
  start_control();
  turn();
  seal();
  drain();
  const auto row = catalog_->read().find("news", 2).value();
  ASSERT_TRUE(row);
  EXPECT_EQ(row->number_in_hour, 2u);
  EXPECT_EQ(row->key, std::string(kHour) + "segment_20250116-063020__0002.ts");
}

TEST_F(ArchiveTest, NumbersGoOnBehindAnOldArenaThatIsStillDraining) {
  start_control();
  turn();
  seal();
  bucket_.fault = [](const std::string&) { return Error{Next::kRetry, "down"}; };
  seal();
  turn();
  writer_.reset();
  writer_ = arena::ArenaWriter::open({appliance_.arena.path, 32 * 256 * 1024, 16}).value();
  entry_ = writer_->enter(StreamId::parse("news").value(), "tv/news/").value();
  ASSERT_EQ(arena::arena_files(appliance_.arena.path).size(), 2u);
  turn_for(1s);
  seal();
  bucket_.fault = nullptr;
  drain();
  expect_nothing_missing_and_nothing_twice();
}

TEST_F(ArchiveTest, TheLocalCopyHasEverythingUnderNamesOfItsOwn) {
  appliance_.control.local_copy = folder_ / "ts";
  appliance_.streams[0].playlist.live_window = 0;
  start_control();
  turn();
  for (int i = 0; i < 12; ++i) {
    seal();
    turn_for(1s);
  }
  drain();
  archiver_->finish();
  const auto ts = appliance_.control.local_copy;
  EXPECT_EQ(text_of_file(ts / "2025/01/16/06/segment_20250116-063000__0000.ts"), sealed_[0]);
  EXPECT_EQ(text_of_file(ts / "2025/01/16/06/segment_20250116-063150__0011.ts"), sealed_[11]);
  EXPECT_EQ(text_of_file(ts / "index.m3u8"), object(kLive));
  EXPECT_EQ(uris(object(kLive)).size(), 12u);
  EXPECT_EQ(text_of_file(ts / "2025/01/16/06/hourly_index.m3u8"),
            object(std::string(kHour) + "hourly_index.m3u8"));
  EXPECT_EQ(text_of_file(ts / "urls.log"), text_of_file(appliance_.control.urls_log));
}

TEST_F(ArchiveTest, TheLiveWindowIsAsShortAsItIsToldToBeWhenThatIsExact) {
  appliance_.streams[0].playlist.live_window = 3;
  appliance_.streams[0].playlist.exact_window = true;
  appliance_.streams[0].segment.max = 100s;
  start_control();
  turn();
  for (int i = 0; i < 12; ++i) {
    seal();
    turn_for(1s);
  }
  drain();
  EXPECT_EQ(uris(object(kLive)).size(), 3u);
}

TEST_F(ArchiveTest, TheLocalCopyForgetsWhatIsStoredIfItIsToldTo) {
  appliance_.control.local_copy = folder_ / "ts";
  appliance_.control.keep_local_segments = false;
  appliance_.streams[0].playlist.live_window = 0;
  start_control();
  turn();
  for (int i = 0; i < 12; ++i) {
    seal();
    turn_for(1s);
    writer_->reclaim();
  }
  const auto hour = appliance_.control.local_copy / "2025/01/16/06";
  EXPECT_FALSE(std::filesystem::exists(hour / "segment_20250116-063000__0000.ts"));
  for (const std::string& uri : uris(text_of_file(appliance_.control.local_copy / "index.m3u8"))) {
    EXPECT_TRUE(std::filesystem::exists(appliance_.control.local_copy / uri)) << uri;
  }
  drain();
  archiver_->finish();
  EXPECT_TRUE(std::filesystem::is_empty(hour));
}

TEST_F(ArchiveTest, NamesTheCodecsByTheFirstSegmentThatBeginsWithAnAccessPoint) {
  start_control();
  turn();
  segment::TsBuilder ts;
  ts.tables();
  const size_t tables = ts.bytes().size();
  ts.pes(segment::TsBuilder::kAudioPid, 0, {0xff, 0xf1, 0x50, 0x80, 0x02, 0x1f, 0xfc});
  // The packets before it may have tables, and nothing of what they announce.
  seal_bytes(Bytes(ts.bytes()).first(tables), arena::Cut::kStart);
  turn_for(1s);
  EXPECT_EQ(catalog_->read().stream("news").value()->codecs, "");
  seal_bytes(ts.bytes(), arena::Cut::kPes);
  turn_for(1s);
  EXPECT_EQ(catalog_->read().stream("news").value()->codecs, "mp4a.40.2");
}

}  // namespace
}  // namespace sluice::upload
