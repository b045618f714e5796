#include <sys/stat.h>

#include <filesystem>

#include "tests/control/api/server_fixture.h"

namespace sluice::api {
namespace {

constexpr const char* kKey = "news/2025/01/16/06/segment_20250116-060000__0000.ts";
const std::string kTarget = std::string("/hls/") + kKey;

class ObjectTest : public ServerTest {
 protected:
  ObjectTest() : bytes_(varied_bytes(300'000)) {
    store(kKey, bytes_);
    start();
  }
  std::string bytes_;
};

TEST_F(ObjectTest, ComesWholeWithItsTypeAndForGood) {
  const HttpResponse response = fetch(kTarget);
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.body == bytes_);
  EXPECT_EQ(response.headers.at("content-type"), "video/mp2t");
  EXPECT_EQ(response.headers.at("content-length"), "300000");
  EXPECT_EQ(response.headers.at("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(response.headers.at("access-control-allow-origin"), "*");
  EXPECT_EQ(response.headers.at("accept-ranges"), "bytes");
}

TEST_F(ObjectTest, RangesGiveTheBytesOfTheFile) {
  struct Case {
    const char* range;
    size_t first, length;
    const char* content_range;
  };
  for (const Case& c :
       {Case{"bytes=0-0", 0, 1, "bytes 0-0/300000"},
        Case{"bytes=188-375", 188, 188, "bytes 188-375/300000"},
        Case{"bytes=299999-", 299'999, 1, "bytes 299999-299999/300000"},
        Case{"bytes=-188", 299'812, 188, "bytes 299812-299999/300000"},
        Case{"bytes=-999999", 0, 300'000, "bytes 0-299999/300000"},
        Case{"bytes=100000-999999", 100'000, 200'000, "bytes 100000-299999/300000"}}) {
    const HttpResponse response = fetch(kTarget, {{"Range", c.range}});
    EXPECT_EQ(response.status, 206) << c.range;
    EXPECT_EQ(response.headers.at("content-range"), c.content_range);
    EXPECT_TRUE(response.body == bytes_.substr(c.first, c.length)) << c.range;
  }
}

TEST_F(ObjectTest, RangesBehindTheEndAreRefused) {
  for (const char* range : {"bytes=300000-", "bytes=400000-500000", "bytes=-0"}) {
    const HttpResponse response = fetch(kTarget, {{"Range", range}});
    EXPECT_EQ(response.status, 416) << range;
    EXPECT_EQ(response.headers.at("content-range"), "bytes */300000");
  }
}

TEST_F(ObjectTest, RangesThatMakeNoSenseAreIgnored) {
  for (const char* range : {"bytes=5-2", "bytes=0-1,5-6", "lines=1-2", "bytes=a-b", "bytes=-",
                            "bytes=+1-2", "bytes=1-2x", "bytes=99999999999999999999-"}) {
    EXPECT_EQ(fetch(kTarget, {{"Range", range}}).status, 200) << range;
  }
}

TEST_F(ObjectTest, IfRangeGivesThePartOnlyOfTheSameVersion) {
  const HttpResponse whole = fetch(kTarget);
  const std::string etag = whole.headers.at("etag");
  const std::string modified = whole.headers.at("last-modified");
  for (const std::string& same : {etag, modified}) {
    EXPECT_EQ(fetch(kTarget, {{"Range", "bytes=0-9"}, {"If-Range", same}}).status, 206) << same;
  }
  for (const std::string other :
       {"\"other\"", "W/\"weak\"", "Sun, 06 Nov 1994 08:49:37 GMT", "nonsense"}) {
    EXPECT_EQ(fetch(kTarget, {{"Range", "bytes=0-9"}, {"If-Range", other}}).status, 200) << other;
  }
}

TEST_F(ObjectTest, HeadSaysWhatGetWouldWithoutTheBody) {
  const HttpResponse whole = fetch(kTarget);
  const HttpResponse head = request(port(), "HEAD", kTarget);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.headers.at("content-length"), "300000");
  EXPECT_EQ(head.headers.at("etag"), whole.headers.at("etag"));
}

TEST_F(ObjectTest, ACopyThatIsCurrentIsNotSentAgain) {
  const HttpResponse whole = fetch(kTarget);
  const std::string etag = whole.headers.at("etag");
  const std::string modified = whole.headers.at("last-modified");
  for (const HttpHeaders& condition :
       {HttpHeaders{{"If-None-Match", etag}}, HttpHeaders{{"If-None-Match", "\"a\", W/" + etag}},
        HttpHeaders{{"If-None-Match", "*"}}, HttpHeaders{{"If-Modified-Since", modified}}}) {
    const HttpResponse response = fetch(kTarget, condition);
    EXPECT_EQ(response.status, 304) << condition.begin()->second;
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(response.headers.at("etag"), etag);
  }
  EXPECT_EQ(
      fetch(kTarget, {{"If-None-Match", "\"other\""}, {"If-Modified-Since", modified}}).status, 200)
      << "If-None-Match alone counts";
  EXPECT_EQ(fetch(kTarget, {{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}).status, 200);
}

TEST_F(ObjectTest, AReplacedObjectIsAnotherVersion) {
  const std::string before = fetch(kTarget).headers.at("etag");
  write(folder_ / "new", bytes_);
  std::filesystem::rename(folder_ / "new", folder_ / "archive/hls" / kKey);
  EXPECT_EQ(fetch(kTarget, {{"If-None-Match", before}}).status, 200);
}

TEST_F(ObjectTest, NothingOutsideTheBucketCanBeReached) {
  write(folder_ / "archive/other/secret.ts", "secret");
  write(folder_ / "secret.ts", "secret");
  const auto bucket = folder_ / "archive/hls";
  std::filesystem::create_symlink(folder_ / "secret.ts", bucket / "link.ts");
  std::filesystem::create_directory_symlink(folder_, bucket / "folder");
  store(".partial/half.ts", "secret");
  ASSERT_EQ(mkfifo((bucket / "fifo.ts").c_str(), 0600), 0);
  for (const std::string target : {"/hls/../other/secret.ts",
                                   "/hls/news/../../other/secret.ts",
                                   "/hls/%2e%2e/other/secret.ts",
                                   "/hls/..%2fother%2fsecret.ts",
                                   "/hls/%252e%252e/other/secret.ts",
                                   "/hls//etc/passwd",
                                   "/hls/../../../../../../../../etc/passwd",
                                   "/hls/link.ts",
                                   "/hls/folder/secret.ts",
                                   "/hls/.partial/half.ts",
                                   "/hls/news/./2025",
                                   "/hls/news",
                                   "/hls/news/",
                                   "/hls/",
                                   "/hls",
                                   "/hls/fifo.ts",
                                   "/hls/a%00b",
                                   "/other/secret.ts",
                                   "/../secret.ts",
                                   "//secret.ts"}) {
    const HttpResponse response = fetch(target);
    EXPECT_EQ(response.status, 404) << target;
    EXPECT_EQ(response.body.find("secret\n"), std::string::npos) << target;
  }
}

TEST_F(ObjectTest, PlaylistsAreNeverCachedAndGoOutCompressed) {
  std::string playlist = "#EXTM3U\n";
  for (int i = 0; i < 100; ++i) {
    playlist += "#EXTINF:6.000000,\nsegment_20250116-060000__0000.ts\n";
  }
  store("news/index.m3u8", playlist);
  const HttpResponse plain = fetch("/hls/news/index.m3u8");
  EXPECT_EQ(plain.body, playlist);
  EXPECT_EQ(plain.headers.at("content-type"), "application/vnd.apple.mpegurl");
  EXPECT_EQ(plain.headers.at("cache-control"), "no-cache, no-store, must-revalidate");
  EXPECT_EQ(plain.headers.at("vary"), "Accept-Encoding");
  const HttpResponse packed = fetch("/hls/news/index.m3u8", {{"Accept-Encoding", "br, gzip"}});
  EXPECT_EQ(packed.headers.at("content-encoding"), "gzip");
  EXPECT_TRUE(packed.body.starts_with("\x1f\x8b"));
  EXPECT_LT(packed.body.size(), playlist.size() / 5);
  EXPECT_FALSE(fetch(kTarget, {{"Accept-Encoding", "gzip"}}).headers.contains("content-encoding"))
      << "media does not shrink";
}

TEST_F(ObjectTest, PagesOfOtherOriginsMayAskFirst) {
  const HttpResponse response =
      request(port(), "OPTIONS", kTarget,
              {{"Origin", "https://player.example"}, {"Access-Control-Request-Headers", "range"}});
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.headers.at("access-control-allow-origin"), "*");
  EXPECT_EQ(response.headers.at("access-control-allow-headers"), "*");
}

}  // namespace
}  // namespace sluice::api
