#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "storage/catalog/catalog.h"
#include "tests/control/api/server_fixture.h"

namespace sluice::api {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr Utc kEight = utc_from_ns(1'737'014'400'000'000'000);  // 2025-01-16T08:00:00Z

/// Signs by naming what it was asked for.
class FakeSigner final : public object::ObjectStore {
 public:
  void ensure_bucket(object::Completion<void>) override {}
  void put(object::PutRequest, object::Completion<void>) override {}
  void get(std::string, object::Completion<std::string>) override {}
  void head(std::string, object::Completion<uint64_t>) override {}
  void remove(std::string, object::Completion<void>) override {}
  void list(std::string, std::string, object::Completion<object::Listing>) override {}
  Result<object::PresignedUrl> presign(const object::PresignRequest& request) override {
    if (expired) {
      return fail(Next::kRefreshCredentials, "the credentials have expired");
    }
    return object::PresignedUrl{"https://s3.example/" + request.key +
                                    "?expires=" + std::to_string(request.expires.count()) +
                                    "&at=" + iso8601_basic(request.at),
                                {}};
  }
  std::string url(const std::string& key) const override { return "https://s3.example/" + key; }
  void poll(std::chrono::milliseconds) override {}
  void wake() override {}
  size_t in_flight() const override { return 0; }

  bool expired = false;
};

/// Segments of 6 s from 08:00:00 on.
class PlaylistTest : public ServerTest {
 protected:
  PlaylistTest() {
    appliance_.streams.push_back(stream("live/news", "ladder"));
    appliance_.streams.push_back(stream("live/low", "ladder"));
    catalog_ = folder_ / "catalog.db";
    auto opened = catalog::Catalog::open(catalog_);
    writer_ = std::make_unique<catalog::Catalog>(std::move(opened.value()));
  }

  static catalog::Segment segment(const std::string& name, uint64_t sequence,
                                  catalog::SegmentState state = catalog::SegmentState::kStored) {
    catalog::Segment out{.stream = name,
                         .sequence = sequence,
                         .number_in_hour = sequence,
                         .key = name + "/2025/01/16/08/segment_" + std::to_string(sequence) + ".ts",
                         .bytes = 750'000,
                         .state = state};
    out.record.start_utc_ns = to_ns(kEight + sequence * 6s);
    out.record.end_utc_ns = to_ns(kEight + (sequence + 1) * 6s);
    out.record.duration_90k = 540'000;
    out.record.cut = arena::Cut::kIdr;
    return out;
  }

  /// Ten segments of a stream whose live window is the last six.
  catalog::Batch ten(const std::string& name) {
    catalog::Batch batch;
    for (uint64_t i = 0; i < 10; ++i) {
      batch.segments.push_back(segment(name, i));
    }
    batch.streams.push_back({.name = name,
                             .live_first = 4,
                             .live_next = 10,
                             .settled_next = 10,
                             .codecs = "avc1.64001f,mp4a.40.2",
                             .width = 1280,
                             .height = 720,
                             .frame_rate = 25});
    return batch;
  }

  void commit(const catalog::Batch& batch) { ASSERT_TRUE(writer_->commit(batch)); }

  std::unique_ptr<catalog::Catalog> writer_;
};

TEST_F(PlaylistTest, LiveIsTheWindowWithAbsoluteUrlsOfThisServer) {
  catalog::Batch batch = ten("live/news");
  batch.segments[7].state = catalog::SegmentState::kPending;
  batch.segments[8].live_gap = true;
  commit(batch);
  start();
  const HttpResponse response =
      fetch("/streams/live/news/live.m3u8", {{"Host", "headend.example:3001"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.at("content-type"), "application/vnd.apple.mpegurl");
  EXPECT_EQ(response.headers.at("access-control-allow-origin"), "*");
  EXPECT_THAT(response.body, HasSubstr("#EXT-X-MEDIA-SEQUENCE:4\n"));
  EXPECT_THAT(response.body, HasSubstr("#EXT-X-TARGETDURATION:10\n"));
  EXPECT_THAT(response.body, HasSubstr("\nhttp://headend.example:3001/hls/live/news/2025/01/16/08/"
                                       "segment_4.ts\n"));
  EXPECT_THAT(response.body, Not(HasSubstr("segment_3.ts")));
  EXPECT_THAT(response.body, Not(HasSubstr("ENDLIST")));
  size_t gaps = 0;
  for (size_t at = 0; (at = response.body.find("#EXT-X-GAP", at)) != std::string::npos; ++at) {
    ++gaps;
  }
  EXPECT_EQ(gaps, 2U);
}

TEST_F(PlaylistTest, UrlsFollowTheProxyInFrontAndNoForgedHost) {
  commit(ten("live/news"));
  start();
  EXPECT_THAT(fetch("/streams/live/news/live.m3u8",
                    {{"Host", "tv.example"}, {"X-Forwarded-Proto", "https"}})
                  .body,
              HasSubstr("\nhttps://tv.example/hls/live/"));
  EXPECT_THAT(fetch("/streams/live/news/live.m3u8", {{"Host", "a b\"<>"}}).body,
              HasSubstr("\n/hls/live/"));
}

TEST_F(PlaylistTest, WithS3UrlsAreSignedWhenTheyAreAskedFor) {
  appliance_.storage.endpoint = "https://s3.example";
  appliance_.streams[0].playlist.url_ttl = 2h;
  appliance_.streams[1].playlist.sign = false;
  commit(ten("live/news"));
  commit(ten("live/low"));
  signer_ = std::make_unique<FakeSigner>();
  start();
  EXPECT_THAT(fetch("/streams/live/news/live.m3u8").body,
              HasSubstr("segment_4.ts?expires=7200&at=20250116T081000Z\n"));
  clock_.advance(1h);
  EXPECT_THAT(fetch("/streams/live/news/live.m3u8").body, HasSubstr("at=20250116T091000Z\n"));
  EXPECT_THAT(fetch("/streams/live/low/live.m3u8").body,
              HasSubstr("\nhttps://s3.example/live/low/2025/01/16/08/segment_4.ts\n"));
}

TEST_F(PlaylistTest, CredentialsThatHaveLapsedAreNoReasonToGiveUp) {
  appliance_.storage.endpoint = "https://s3.example";
  commit(ten("live/news"));
  auto signer = std::make_unique<FakeSigner>();
  signer->expired = true;
  signer_ = std::move(signer);
  start();
  EXPECT_EQ(fetch("/streams/live/news/live.m3u8").status, 503);
}

TEST_F(PlaylistTest, ObjectsOnS3AreAWayOffAndOnlyOurs) {
  appliance_.storage.endpoint = "https://s3.example";
  appliance_.storage.prefix = "tv/";
  signer_ = std::make_unique<FakeSigner>();
  start();
  const HttpResponse response = fetch("/hls/tv/news/index.m3u8");
  EXPECT_EQ(response.status, 302);
  EXPECT_THAT(response.headers.at("location"),
              HasSubstr("https://s3.example/tv/news/index.m3u8?expires=3600"));
  EXPECT_EQ(response.headers.at("access-control-allow-origin"), "*");
  EXPECT_EQ(fetch("/hls/other/index.m3u8").status, 404);
  EXPECT_EQ(fetch("/hls/tv/payroll.xlsx").status, 404);
}

TEST_F(PlaylistTest, ThePastIsListedForGood) {
  commit(ten("live/news"));
  start();
  const HttpResponse response =
      fetch("/streams/live/news/archive.m3u8?start=2025-01-16T08:00:07Z&end=2025-01-16T08:00:20Z");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("#EXT-X-PLAYLIST-TYPE:VOD\n"));
  EXPECT_THAT(response.body, HasSubstr("#EXT-X-ENDLIST\n"));
  for (const char* inside : {"segment_1.ts", "segment_2.ts", "segment_3.ts"}) {
    EXPECT_THAT(response.body, HasSubstr(inside));
  }
  EXPECT_THAT(response.body, Not(HasSubstr("segment_0.ts")));
  EXPECT_THAT(response.body, Not(HasSubstr("segment_4.ts")));
}

TEST_F(PlaylistTest, AnOffsetMayStandUnescaped) {
  commit(ten("live/news"));
  start();
  EXPECT_EQ(fetch("/streams/live/news/archive.m3u8?start=2025-01-16T10:00:07+02:00"
                  "&end=2025-01-16T10:00:20%2B02:00")
                .status,
            200);
}

TEST_F(PlaylistTest, WhatIsNotOverGrowsAndNamesNothingUnsettled) {
  catalog::Batch batch = ten("live/news");
  batch.segments[5].state = catalog::SegmentState::kLost;
  batch.segments[8].state = catalog::SegmentState::kPending;
  commit(batch);
  start();
  for (const char* span :
       {"start=2025-01-16T08:00:00Z", "start=2025-01-16T08:00:00Z&end=2025-01-16T09:00:00Z"}) {
    const std::string body = fetch(std::string("/streams/live/news/archive.m3u8?") + span).body;
    EXPECT_THAT(body, HasSubstr("#EXT-X-PLAYLIST-TYPE:EVENT\n")) << span;
    EXPECT_THAT(body, HasSubstr("segment_7.ts")) << span;
    EXPECT_THAT(body, Not(HasSubstr("segment_8.ts"))) << span;
    EXPECT_THAT(body, Not(HasSubstr("segment_9.ts"))) << "it stands behind one that may yet come";
    EXPECT_THAT(body, HasSubstr("#EXT-X-GAP\n")) << "the lost one";
    EXPECT_THAT(body, Not(HasSubstr("ENDLIST"))) << span;
  }
}

TEST_F(PlaylistTest, ASpanIsOverOnceALaterSegmentIsThereOrTimeEnoughHasPassed) {
  commit(ten("live/news"));
  start();
  const auto ends = [&](const char* end) {
    return fetch(std::string("/streams/live/news/archive.m3u8?start=2025-01-16T08:00:00Z&end=") +
                 end)
        .body.ends_with("#EXT-X-ENDLIST\n");
  };
  clock_.step_utc(kEight + 56s - clock_.now());
  EXPECT_TRUE(ends("2025-01-16T08:00:54Z")) << "segment 9 starts there";
  EXPECT_FALSE(ends("2025-01-16T08:00:55Z")) << "a segment may still be filling";
  clock_.step_utc(69s);
  EXPECT_FALSE(ends("2025-01-16T08:00:56Z")) << "a minute and a segment's longest ago, all but 1 s";
  clock_.step_utc(1s);
  EXPECT_TRUE(ends("2025-01-16T08:00:56Z"));
}

TEST_F(PlaylistTest, SpansThatMakeNoSenseAreExplained) {
  commit(ten("live/news"));
  start();
  const std::string path = "/streams/live/news/archive.m3u8";
  for (const auto& [query, why] : std::map<std::string, std::string>{
           {"", "start is missing"},
           {"?start=yesterday", "start=yesterday is no time"},
           {"?start=2025-01-16T08:00:00Z&end=2025-01-16T08:00:00Z", "end is not after start"},
           {"?start=2025-01-16T08:00:00Z&end=2025-02-16T08:00:00Z", "longer than 7 days"}}) {
    const HttpResponse response = fetch(path + query);
    EXPECT_EQ(response.status, 400) << query;
    EXPECT_THAT(response.body, HasSubstr(why));
  }
  EXPECT_EQ(fetch(path + "?start=2024-01-01T00:00:00Z&end=2024-01-02T00:00:00Z").status, 404);
  EXPECT_EQ(fetch("/streams/nobody/archive.m3u8?start=2025-01-16T08:00:00Z").status, 404);
  EXPECT_EQ(fetch("/streams/nobody/live.m3u8").status, 404);
}

TEST_F(PlaylistTest, AGroupHasItsStreamsAndTheirMeasuredBandwidth) {
  commit(ten("live/news"));
  start();
  const HttpResponse response = fetch("/groups/ladder/master.m3u8", {{"Host", "h"}});
  EXPECT_THAT(response.body, HasSubstr("BANDWIDTH=1000000,"));  // 750,000 bytes in 6 s
  EXPECT_THAT(response.body, HasSubstr("CODECS=\"avc1.64001f,mp4a.40.2\""));
  EXPECT_THAT(response.body, HasSubstr("RESOLUTION=1280x720"));
  EXPECT_THAT(response.body, HasSubstr("\nhttp://h/streams/live/news/live.m3u8\n"));
  EXPECT_THAT(response.body, Not(HasSubstr("live/low"))) << "nothing of it is there yet";
  EXPECT_EQ(fetch("/groups/nobody/master.m3u8").status, 404);
}

TEST_F(PlaylistTest, TheApiListsStreamsHoursAndSegments) {
  catalog::Batch batch = ten("live/news");
  batch.segments[2].record.discontinuity.add(arena::Discontinuity::kLoss);
  batch.hours.push_back({.stream = "live/news", .hour = kEight, .listed = 10});
  commit(batch);
  start();
  const auto json = [&](const char* target) { return nlohmann::json::parse(fetch(target).body); };
  const auto streams = json("/api/v1/streams")["streams"];
  ASSERT_EQ(streams.size(), 2U);
  EXPECT_EQ(streams[0]["codecs"], "avc1.64001f,mp4a.40.2");
  EXPECT_EQ(streams[1]["codecs"], "");
  const auto hours = json("/api/v1/streams/live/news/hours")["hours"];
  ASSERT_EQ(hours.size(), 1U);
  EXPECT_EQ(hours[0]["start"], "2025-01-16T08:00:00.000Z");
  EXPECT_EQ(hours[0]["segments"], 10);
  EXPECT_EQ(hours[0]["complete"], false);
  EXPECT_EQ(fetch(hours[0]["playlist"].get<std::string>()).status, 200);
  const auto segments =
      json("/api/v1/streams/live/news/segments?hour=2025-01-16T08:30:00Z")["segments"];
  ASSERT_EQ(segments.size(), 10U);
  EXPECT_EQ(segments[2]["discontinuity"], nlohmann::json({"loss"}));
  EXPECT_EQ(segments[2]["duration"], 6.0);
  EXPECT_EQ(segments[2]["cut"], "idr");
  EXPECT_EQ(fetch("/api/v1/streams/live/news/segments").status, 400);
}

TEST_F(PlaylistTest, ACatalogThatComesLaterIsFound) {
  catalog_ = folder_ / "later.db";
  start();
  EXPECT_EQ(fetch("/streams/live/news/live.m3u8").status, 404);
  auto writer = catalog::Catalog::open(catalog_);
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->commit(ten("live/news")));
  EXPECT_EQ(fetch("/streams/live/news/live.m3u8").status, 200);
}

}  // namespace
}  // namespace sluice::api
