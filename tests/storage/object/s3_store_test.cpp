#include "storage/object/s3_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scripted_server.h"
#include "storage/object/retry.h"
#include "store_driver.h"

namespace sluice::object {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string error_body(const std::string& code, const std::string& message) {
  return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>" + message +
         "</Message></Error>";
}

std::unique_ptr<CredentialsProvider> keys(std::optional<Utc> expires = {}) {
  return fixed_credentials({"AK", Secret("secret"), {}, expires});
}

class S3StoreTest : public testing::Test {
 protected:
  S3Store& serve(std::vector<ScriptedServer::Answer> script, HttpOptions options = {}) {
    server_ = std::make_unique<ScriptedServer>(std::move(script));
    storage_.endpoint = server_->endpoint();
    return make(options);
  }

  S3Store& make(HttpOptions options = {}, std::unique_ptr<CredentialsProvider> provider = keys()) {
    store_ = std::move(*S3Store::make(storage_, clock_, std::move(provider), options));
    return *store_;
  }

  ManualClock clock_{*parse_rfc3339("2025-01-16T06:00:00Z")};
  config::Storage storage_;
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<S3Store> store_;
};

TEST_F(S3StoreTest, APutIsOneSignedRequestWithoutExpect) {
  S3Store& store = serve({answer("200 OK", "", "")});
  const std::string first = "one ";
  const std::string second = "two";
  ASSERT_TRUE(put(store, "a/b c.ts", {as_bytes(first), as_bytes(second)}, "video/mp2t"));
  const std::string request = server_->requests().at(0);
  EXPECT_THAT(request, StartsWith("PUT /hls/a/b%20c.ts HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nContent-Length: 7\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nContent-Type: video/mp2t\r\n"));
  EXPECT_THAT(request,
              HasSubstr("\r\nX-Amz-Content-Sha256: " + hex(sha256(as_bytes("one two"))) + "\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AK/20250116/"));
  EXPECT_THAT(request, AllOf(Not(HasSubstr("Expect")), Not(HasSubstr("Transfer-Encoding"))));
  EXPECT_THAT(request, EndsWith("\r\n\r\none two"));
}

TEST_F(S3StoreTest, DotsAndSlashesOfAKeyGoOutAsTheyAre) {
  S3Store& store = serve({answer("200 OK", "x")});
  ASSERT_TRUE(get(store, "a/../b//./c"));
  EXPECT_THAT(server_->requests().at(0), StartsWith("GET /hls/a/../b//./c HTTP/1.1\r\n"));
}

TEST_F(S3StoreTest, VirtualAddressingPutsTheBucketInTheHost) {
  storage_.addressing = config::Addressing::kVirtual;
  storage_.endpoint = "https://s3.example.net";
  EXPECT_EQ(make().url("a b"), "https://hls.s3.example.net/a%20b");
  storage_.public_endpoint = "http://media.example:8080";
  EXPECT_THAT(make().presign({"k"})->url, StartsWith("http://hls.media.example:8080/k?X-Amz-"));
}

TEST_F(S3StoreTest, TransfersFollowEachOtherOnOneConnection) {
  S3Store& store = serve({answer("200 OK", "1"), answer("200 OK", "2"), answer("200 OK", "3")});
  for (const char* body : {"1", "2", "3"}) {
    EXPECT_EQ(*get(store, "k"), body);
  }
  EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(S3StoreTest, AConnectionThatTheServerLeftIsReplacedUnnoticed) {
  S3Store& store = serve({{answer("200 OK", "1").text, true}, answer("200 OK")});
  EXPECT_EQ(*get(store, "k"), "1");
  EXPECT_TRUE(put(store, "k", "body"));
  EXPECT_THAT(server_->requests().at(1), EndsWith("\r\n\r\nbody"));
}

TEST_F(S3StoreTest, AConnectionThatDiesUnderAnUploadIsReplacedAndTheBodySentWhole) {
  std::string body(3'000'000, 'x');
  body += "end";
  S3Store& store = serve({answer("200 OK", "1"), {"", true}, answer("200 OK")});
  EXPECT_EQ(*get(store, "k"), "1");
  const Bytes bytes = as_bytes(body);
  const Status stored = put(store, "k", {bytes.first(1000), bytes.subspan(1000)});
  ASSERT_TRUE(stored) << stored.error().message;
  const std::string request = server_->requests().at(2);
  EXPECT_EQ(request.substr(request.find("\r\n\r\n") + 4), body);
}

TEST_F(S3StoreTest, AServerThatIsBusySaysForHowLong) {
  S3Store& store =
      serve({answer("503 Slow Down", error_body("SlowDown", ""), "Retry-After: 7\r\n")});
  const Error error = put(store, "k", "body").error();
  EXPECT_EQ(error.next, Next::kRetry);
  EXPECT_EQ(error.retry_after, 7s);
  EXPECT_EQ(error.message,
            "PUT s3://hls/k at " + server_->endpoint() + ": HTTP status 503 SlowDown");
}

TEST_F(S3StoreTest, AnUploadThatWasResetIsRepeatedFromItsStart) {
  std::string body(3'000'000, 'x');
  body += "end";
  auto server =
      ScriptedServer({{"", true, 100'000}, {"", true, 1}, answer("500 Oops"), answer("200 OK")});
  storage_.endpoint = server.endpoint();
  auto inner = std::move(*S3Store::make(storage_, clock_, keys()));
  const SystemClock real;
  const auto store = retrying(std::move(inner), real, {}, [] { return 0.0; });
  const Bytes bytes = as_bytes(body);
  const Status stored = put(*store, "k", {bytes.first(1000), bytes.subspan(1000)});
  ASSERT_TRUE(stored) << stored.error().message;
  for (const size_t whole : {2, 3}) {
    const std::string request = server.requests().at(whole);
    EXPECT_EQ(request.substr(request.find("\r\n\r\n") + 4), body);
  }
}

TEST_F(S3StoreTest, AnAnswerCutShortIsNoAnswer) {
  S3Store& store = serve(
      {{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", true},
       {"HTTP/1.1 200", true},
       {"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n<ListBucketResult><IsTruncated", true}});
  EXPECT_EQ(get(store, "k").error().next, Next::kRetry);
  EXPECT_EQ(get(store, "k").error().next, Next::kRetry);
  EXPECT_EQ(list(store, "").error().next, Next::kRetry);
}

TEST_F(S3StoreTest, AServerThatFallsSilentIsGivenUp) {
  HttpOptions options;
  options.stall_timeout = 1s;
  S3Store& store = serve({{""}}, options);
  const Error error = get(store, "k").error();
  EXPECT_EQ(error.next, Next::kRetry);
  EXPECT_THAT(error.message, HasSubstr("s3://hls/k"));
}

TEST_F(S3StoreTest, ARefusedConnectionNamesTheEndpoint) {
  storage_.endpoint = serve({}).url("").substr(0, server_->endpoint().size());
  server_.reset();
  const Error error = get(make(), "k").error();
  EXPECT_EQ(error.next, Next::kRetry);
  EXPECT_THAT(error.message, HasSubstr(storage_.endpoint));
}

TEST_F(S3StoreTest, WhatARefusalMeansFollowsFromItsCode) {
  struct Row {
    const char* status;
    const char* code;
    Next next;
  };
  const std::vector<Row> rows = {
      {"403 Forbidden", "AccessDenied", Next::kGiveUp},
      {"403 Forbidden", "SignatureDoesNotMatch", Next::kRefreshCredentials},
      {"403 Forbidden", "InvalidAccessKeyId", Next::kRefreshCredentials},
      {"400 Bad Request", "ExpiredToken", Next::kRefreshCredentials},
      {"403 Forbidden", "QuotaExceeded", Next::kRetry},
      {"403 Forbidden", "", Next::kRefreshCredentials},
      {"404 Not Found", "NoSuchKey", Next::kNotFound},
      {"404 Not Found", "", Next::kNotFound},
      {"404 Not Found", "NoSuchBucket", Next::kNotFound},
      {"400 Bad Request", "XAmzContentSHA256Mismatch", Next::kRetry},
      {"400 Bad Request", "InvalidArgument", Next::kGiveUp},
      {"409 Conflict", "OperationAborted", Next::kRetry},
      {"429 Too Many Requests", "", Next::kRetry},
      {"500 Internal Server Error", "InternalError", Next::kRetry},
      {"501 Not Implemented", "NotImplemented", Next::kGiveUp},
      {"503 Service Unavailable", "", Next::kRetry},
      {"507 Insufficient Storage", "", Next::kRetry},
      {"301 Moved Permanently", "PermanentRedirect", Next::kGiveUp},
      {"307 Temporary Redirect", "", Next::kGiveUp},
  };
  std::vector<ScriptedServer::Answer> script;
  for (const Row& row : rows) {
    script.push_back(answer(row.status, *row.code != '\0' ? error_body(row.code, "why") : "",
                            "Location: http://127.0.0.1:1/\r\n"));
  }
  S3Store& store = serve(script);
  for (const Row& row : rows) {
    const Error error = put(store, "k", "x").error();
    EXPECT_EQ(error.next, row.next) << error.message;
    EXPECT_THAT(error.message, HasSubstr("status " + std::string(row.status, 3)));
    EXPECT_THAT(error.message, HasSubstr(row.code));
  }
}

TEST_F(S3StoreTest, ABucketIsMadeInItsRegionWithCors) {
  storage_.region = "eu-west-1";
  S3Store& store =
      serve({answer("404 Not Found", error_body("NoSuchBucket", "")),
             answer("409 Conflict", error_body("BucketAlreadyOwnedByYou", "")), answer("200 OK")});
  const Status made = ensure_bucket(store);
  ASSERT_TRUE(made) << made.error().message;
  const auto requests = server_->requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_THAT(requests[1], AllOf(StartsWith("PUT /hls HTTP"), HasSubstr(">eu-west-1<")));
  EXPECT_THAT(requests[2], AllOf(StartsWith("PUT /hls?cors= HTTP"), HasSubstr("Content-MD5: "),
                                 HasSubstr("<AllowedOrigin>*</AllowedOrigin>")));
}

TEST_F(S3StoreTest, AStoreThatKnowsNoRegionsMakesTheBucketWhereItIs) {
  storage_.region = "us-west-2";
  S3Store& store =
      serve({answer("404 Not Found", error_body("NoSuchBucket", "")),
             answer("400 Bad Request", error_body("InvalidLocationConstraint", "no such place")),
             answer("200 OK"), answer("200 OK")});
  const Status made = ensure_bucket(store);
  ASSERT_TRUE(made) << made.error().message;
  const auto requests = server_->requests();
  ASSERT_EQ(requests.size(), 4U);
  EXPECT_THAT(requests[1], AllOf(StartsWith("PUT /hls HTTP"), HasSubstr(">us-west-2<")));
  EXPECT_THAT(requests[2], AllOf(StartsWith("PUT /hls HTTP"), Not(HasSubstr("us-west-2<"))));
  EXPECT_THAT(requests[3], StartsWith("PUT /hls?cors= HTTP"));
}

TEST_F(S3StoreTest, ABucketThatHasCorsIsLeftAlone) {
  const std::string empty = "<ListBucketResult></ListBucketResult>";
  S3Store& store = serve({answer("200 OK", empty), answer("200 OK", "<CORSConfiguration/>"),
                          answer("200 OK", empty), answer("403 Forbidden")});
  EXPECT_TRUE(ensure_bucket(store));
  EXPECT_TRUE(ensure_bucket(store)) << "rules that we may not see are not ours to set";
  EXPECT_EQ(server_->requests().size(), 4U);
}

TEST_F(S3StoreTest, WithoutKeysACallFailsInPollAndLooksAgainNextTime) {
  storage_.endpoint = "http://127.0.0.1:1";
  S3Store& store = make({}, fixed_credentials({}));
  std::optional<Status> outcome;
  store.put({"k", {}}, [&](Status status) { outcome = std::move(status); });
  EXPECT_FALSE(outcome);
  EXPECT_EQ(store.in_flight(), 1U);
  store.poll(0ms);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->error().next, Next::kRefreshCredentials);
  EXPECT_EQ(store.in_flight(), 0U);
}

TEST_F(S3StoreTest, APresignedUrlEndsNoLaterThanItsCredentials) {
  storage_.endpoint = "https://h";
  S3Store& store = make({}, keys(clock_.now() + 90s));
  const auto url = store.presign({"k", "GET", 1h, clock_.now()});
  EXPECT_EQ(url->expires, clock_.now() + 90s);
  EXPECT_THAT(url->url, HasSubstr("X-Amz-Expires=90&"));
  EXPECT_EQ(store.presign({"k", "GET", 1h, clock_.now() + 90s}).error().next,
            Next::kRefreshCredentials);
  EXPECT_FALSE(store.presign({"k", "GET", 0s, clock_.now()}));
  EXPECT_FALSE(store.presign({"k", "GET", kMaxExpires + 1s, clock_.now()}));
}

}  // namespace
}  // namespace sluice::object
