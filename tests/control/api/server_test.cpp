#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/control/api/server_fixture.h"

namespace sluice::api {
namespace {

using testing::HasSubstr;

TEST_F(ServerTest, AnythingButReadingIsRefused) {
  store("a.ts", "x");
  start();
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "TRACE"}) {
    for (const char* target : {"/hls/a.ts", "/api/v1/status", "/"}) {
      const HttpResponse response = request(port(), method, target, {{"Content-Length", "0"}});
      EXPECT_EQ(response.status, 405) << method << ' ' << target;
      EXPECT_EQ(response.headers.at("allow"), "GET, HEAD, OPTIONS");
    }
  }
  EXPECT_EQ(fetch("/hls/a.ts").body, "x");
}

TEST_F(ServerTest, ServesThePageAndWhatBelongsToIt) {
  start();
  const HttpResponse page = fetch("/");
  EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(page.body, HasSubstr("/assets/main.js"));
  EXPECT_THAT(page.headers.at("content-security-policy"), HasSubstr("default-src 'self'"));
  EXPECT_THAT(fetch("/assets/hls.min.js").body, HasSubstr("Hls"));
  EXPECT_EQ(fetch("/", {{"If-None-Match", page.headers.at("etag")}}).status, 304);
  EXPECT_EQ(
      fetch("/assets/hls.min.js", {{"Accept-Encoding", "gzip"}}).headers.at("content-encoding"),
      "gzip");
}

TEST_F(ServerTest, SaysWhatIsNotThere) {
  start();
  for (const char* target : {"/nothing", "/assets/", "/api/v1/nothing", "/api/v1/streams//hours",
                             "/streams/live.m3u8", "/streams//live.m3u8"}) {
    const HttpResponse response = fetch(target);
    EXPECT_EQ(response.status, 404) << target;
    EXPECT_TRUE(nlohmann::json::parse(response.body).contains("error")) << target;
  }
  EXPECT_EQ(fetch("/healthz").status, 200);
}

TEST_F(ServerTest, ATokenGuardsApiAndMetricsAndNothingElse) {
  write(folder_ / "token", "s3cr3t\n");
  appliance_.control.token_file = folder_ / "token";
  start();
  for (const char* target : {"/api/v1/status", "/api/v1/streams", "/metrics"}) {
    EXPECT_EQ(fetch(target).status, 401) << target;
    EXPECT_THAT(fetch(target).headers.at("www-authenticate"), HasSubstr("Bearer"));
    for (const char* wrong : {"Bearer s3cr3", "Bearer s3cr3tt", "Bearer ", "Basic s3cr3t", ""}) {
      EXPECT_EQ(fetch(target, {{"Authorization", wrong}}).status, 401) << target << ' ' << wrong;
    }
    EXPECT_EQ(fetch(target, {{"Authorization", "Bearer s3cr3t"}}).status, 200) << target;
  }
  EXPECT_EQ(fetch("/").status, 200);
  EXPECT_EQ(fetch("/healthz").status, 200);
}

TEST_F(ServerTest, ATokenFileWithoutATokenIsAnError) {
  for (const char* text : {"", "\n", "  \r\n"}) {
    write(folder_ / "token", text);
    appliance_.control.token_file = folder_ / "token";
    const auto server = ApiServer::start({.appliance = appliance_, .clock = &clock_});
    ASSERT_FALSE(server);
    EXPECT_THAT(server.error().message, HasSubstr((folder_ / "token").string()));
  }
}

TEST_F(ServerTest, APortThatIsTakenIsAClearError) {
  start();
  appliance_.control.listen = "127.0.0.1:" + std::to_string(port());
  const auto second = ApiServer::start({.appliance = appliance_, .clock = &clock_});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("cannot listen on " + appliance_.control.listen));
  EXPECT_THAT(second.error().message, HasSubstr("control.listen"));
}

TEST_F(ServerTest, HundredsOfIdleViewersDoNotKeepMetricsFromAnswering) {
  start();
  std::vector<Connection> silent;
  std::vector<Connection> halfway;
  for (int i = 0; i < 300; ++i) {
    silent.emplace_back(port());
    halfway.emplace_back(port()).send("GET /api/v1/status HTTP/1.1\r\nHost: ");
  }
  const HttpResponse response = fetch("/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("sluice_received_total 0"));
}

TEST_F(ServerTest, ViewersWhoDoNotReadHarmNobody) {
  store("big.ts", varied_bytes(8 << 20));
  start();
  std::vector<Connection> stuck;
  for (int i = 0; i < 50; ++i) {
    stuck.emplace_back(port()).send("GET /hls/big.ts HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  EXPECT_EQ(fetch("/metrics").status, 200);
  EXPECT_EQ(fetch("/hls/big.ts").body.size(), 8U << 20);
}

TEST_F(ServerTest, AHeaderWithoutEndIsCutOff) {
  start();
  Connection connection(port());
  connection.send("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(100'000, 'a'));
  const std::string answer = connection.read_to_end();
  EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 4")) << answer.substr(0, 80);
}

TEST_F(ServerTest, RecordServesItsFolderAtTheRootAndUnderItsName) {
  appliance_.control.local_copy = folder_ / "ts";
  appliance_.control.urls_log = folder_ / "elsewhere/hours.log";
  write(folder_ / "ts/index.m3u8", "#EXTM3U\n");
  write(folder_ / "ts/2025/01/16/06/segment_1.ts", "0123456789");
  write(folder_ / "elsewhere/hours.log", "Hour 2025/01/16/06 => http://x\n");
  write(folder_ / "elsewhere/other.log", "secret");
  write(folder_ / "ts/.aws/credentials", "secret");
  start();
  EXPECT_EQ(fetch("/index.m3u8").body, "#EXTM3U\n");
  EXPECT_EQ(fetch("/ts/index.m3u8").body, "#EXTM3U\n");
  EXPECT_EQ(fetch("/2025/01/16/06/segment_1.ts", {{"Range", "bytes=2-3"}}).body, "23");
  EXPECT_EQ(fetch("/ts/2025/01/16/06/segment_1.ts").body, "0123456789");
  EXPECT_EQ(fetch("/ts/urls.log").body, "Hour 2025/01/16/06 => http://x\n");
  EXPECT_EQ(fetch((folder_ / "ts/urls.log").string()).status, 200) << "by the path as typed";
  for (const char* outside :
       {"/ts/../elsewhere/other.log", "/other.log", "/ts/other.log", "/../elsewhere/other.log",
        "/.aws/credentials", "/ts/.aws/credentials"}) {
    EXPECT_EQ(fetch(outside).status, 404) << outside;
  }
  EXPECT_THAT(fetch("/").body, HasSubstr("<!doctype html>"));
}

}  // namespace
}  // namespace sluice::api
