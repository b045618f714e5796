#include "tests/control/upload/archive_fixture.h"

namespace sluice::upload {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

std::string hourly(int hour) {
  return fmt::format("tv/news/2025/01/16/{:02}/hourly_index.m3u8", hour);
}

class HoursTest : public ArchiveTest {
 protected:
  /// Seals segments until `end`, as a file played at full speed would: media time alone moves.
  void play_until(const char* end) {
    while (media_time_ < *parse_rfc3339(end)) {
      seal();
      turn();
      writer_->reclaim();
    }
  }
  std::vector<std::string> urls_log() { return uris(text_of_file(appliance_.control.urls_log)); }
};

TEST_F(HoursTest, ACaptureOverThreeHoursEndsTheFirstTwo) {
  clock_.step_utc(24h * 300);
  media_time_ = *parse_rfc3339("2025-01-16T06:58:30Z");
  start_control();
  turn();
  play_until("2025-01-16T07:30:00Z");
  kill_control();
  start_control();
  turn();
  play_until("2025-01-16T08:01:00Z");
  drain();
  expect_nothing_missing_and_nothing_twice();
  EXPECT_THAT(object(hourly(6)), EndsWith("#EXT-X-ENDLIST\n"));
  EXPECT_THAT(object(hourly(7)), EndsWith("#EXT-X-ENDLIST\n"));
  EXPECT_THAT(object(hourly(8)), Not(HasSubstr("ENDLIST")));
  EXPECT_EQ(uris(object(hourly(6))).size(), 9u);
  EXPECT_EQ(uris(object(hourly(7))).size(), 360u);
  EXPECT_EQ(uris(object(hourly(8))).size(), 6u);
  EXPECT_THAT(values(object(hourly(6)), "#EXT-X-MEDIA-SEQUENCE:"), ElementsAre("0"));
  EXPECT_THAT(values(object(hourly(7)), "#EXT-X-MEDIA-SEQUENCE:"), ElementsAre("9"));
  EXPECT_THAT(values(object(hourly(8)), "#EXT-X-MEDIA-SEQUENCE:"), ElementsAre("369"));
  EXPECT_THAT(uris(object(hourly(7)))[0], HasSubstr("segment_20250116-070000__0000.ts"));
  EXPECT_THAT(urls_log(), ElementsAre(HasSubstr("Hour 2025/01/16/06 => https://signed/tv/news/"),
                                      HasSubstr("Hour 2025/01/16/07 => "),
                                      HasSubstr("Hour 2025/01/16/08 => ")));
}

TEST_F(HoursTest, WhatIsWrittenGrowsAsTheHourDoes) {
  start_control();
  turn();
  media_time_ = *parse_rfc3339("2025-01-16T06:00:00Z");
  play_until("2025-01-16T07:00:30Z");
  drain();
  for (const char* name : {"hourly_index.m3u8", "index.m3u8", "manifest.jsonl"}) {
    const std::string key = std::string("tv/news/2025/01/16/06/") + name;
    EXPECT_LT(bucket_.bytes_by_key[key], 4 * object(key).size()) << name;
    EXPECT_LT(bucket_.count_puts(key), 25u);
    EXPECT_GT(bucket_.count_puts(key), 14u)
        << "eight one by one, then each time there are half as many again";
  }
}

TEST_F(HoursTest, AnHourDoesNotEndBeforeEachOfItsSegmentsIsStored) {
  media_time_ = *parse_rfc3339("2025-01-16T06:59:00Z");
  start_control();
  turn();
  bucket_.hold = [](const std::string& key) { return key.ends_with("0003.ts"); };
  play_until("2025-01-16T07:02:00Z");
  turn_for(60s, 1s);
  EXPECT_THAT(object(hourly(6)), Not(HasSubstr("ENDLIST")));
  bucket_.hold = nullptr;
  turn_for(1s);
  EXPECT_EQ(uris(object(hourly(6))).size(), 6u);
  EXPECT_THAT(object(hourly(6)), EndsWith("#EXT-X-ENDLIST\n"));
}

TEST_F(HoursTest, AStreamThatFellSilentHasItsHourEndedByTheClock) {
  media_time_ = clock_.now();
  start_control();
  turn();
  seal();
  turn_for(10s, 1s);
  clock_.advance(29min);
  turn(3);
  EXPECT_THAT(object(hourly(6)), Not(HasSubstr("ENDLIST")));
  clock_.advance(4min);
  turn(3);
  EXPECT_THAT(object(hourly(6)), Not(HasSubstr("ENDLIST"))) << "one may yet be sealed";
  clock_.advance(6min);
  turn(3);
  EXPECT_THAT(object(hourly(6)), EndsWith("#EXT-X-ENDLIST\n"));
}

TEST_F(HoursTest, ARecordingOfAnotherTimeIsNotEndedByTheClock) {
  clock_.step_utc(24h * 300);
  start_control();
  turn();
  seal();
  turn_for(10s, 1s);
  clock_.advance(24h);
  turn(3);
  EXPECT_THAT(object(hourly(6)), Not(HasSubstr("ENDLIST")));
}

TEST_F(HoursTest, SignaturesAreRenewedBeforeTheyLapse) {
  start_control();
  turn();
  media_time_ = *parse_rfc3339("2025-01-16T06:59:50Z");
  seal();
  seal();
  turn_for(10s, 1s);
  const std::string first = object(hourly(6));
  EXPECT_THAT(first, HasSubstr("until=20250123T0630"));
  EXPECT_THAT(urls_log()[0], HasSubstr("until=20250123T0630"));
  clock_.advance(24h * 5);
  turn_for(20s, 1s);
  EXPECT_EQ(object(hourly(6)), first) << "they last seven days";
  clock_.advance(24h);
  turn_for(20s, 1s);
  EXPECT_THAT(object(hourly(6)), HasSubstr("until=20250129T0630"));
  EXPECT_THAT(object(hourly(6)), EndsWith("#EXT-X-ENDLIST\n"));
  EXPECT_THAT(urls_log()[0], HasSubstr("until=20250129T0630"));
  EXPECT_THAT(urls_log()[1], HasSubstr("until=20250129T0630"));
}

TEST_F(HoursTest, UrlsAreMadeAgainWhenSigningIsTurnedOff) {
  start_control();
  turn();
  seal();
  turn_for(1s);
  EXPECT_THAT(object(hourly(6)), HasSubstr("https://signed/"));
  kill_control();
  appliance_.streams[0].playlist.sign = false;
  start_control();
  turn_for(20s, 1s);
  EXPECT_THAT(object(hourly(6)), HasSubstr("https://plain/"));
  EXPECT_THAT(urls_log(), ElementsAre("Hour 2025/01/16/06 => https://plain/" + hourly(6)));
}

}  // namespace
}  // namespace sluice::upload