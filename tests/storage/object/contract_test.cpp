#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <thread>

#include "storage/object/factory.h"
#include "storage/object/http_client.h"
#include "store_driver.h"

/// What every store has to do, shown on the file store and on the S3 server that
/// SLUICE_TEST_S3_ENDPOINT, _ACCESS_KEY and _SECRET_KEY name.
namespace sluice::object {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

std::string env(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

config::Storage s3_storage() {
  config::Storage out;
  out.endpoint = env("SLUICE_TEST_S3_ENDPOINT");
  out.ca_file = env("SLUICE_TEST_S3_CA_FILE");
  out.bucket = "contract-" + std::to_string(::getpid());
  out.credentials.source = config::Credentials::From::kInline;
  out.credentials.access_key = Secret(env("SLUICE_TEST_S3_ACCESS_KEY"));
  out.credentials.secret_key = Secret(env("SLUICE_TEST_S3_SECRET_KEY"));
  return out;
}

config::Storage file_storage() {
  config::Storage out;
  out.endpoint = "file://" + testing::TempDir() + "sluice-contract-" + std::to_string(::getpid());
  out.bucket = "hls";
  return out;
}

class StoreContract : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const bool s3 = GetParam() == "S3";
    if (s3 && env("SLUICE_TEST_S3_ENDPOINT").empty()) {
      GTEST_SKIP() << "SLUICE_TEST_S3_ENDPOINT names no S3 server";
    }
    storage_ = s3 ? s3_storage() : file_storage();
    auto made = make_store(storage_, clock_, "http://127.0.0.1:1");
    ASSERT_TRUE(made) << made.error().message;
    store_ = std::move(*made);
    const Status ensured = ensure_bucket(*store_);
    ASSERT_TRUE(ensured) << ensured.error().message;
  }

  void TearDown() override {
    if (store_ != nullptr) {
      for (Listing page = *list(*store_, ""); !page.objects.empty(); page = *list(*store_, "")) {
        for (const ObjectInfo& object : page.objects) {
          EXPECT_TRUE(remove(*store_, object.key));
        }
      }
    }
    if (storage_.is_file()) {
      std::filesystem::remove_all(storage_.file_root());
    }
  }

  SystemClock clock_;
  config::Storage storage_;
  std::unique_ptr<ObjectStore> store_;
};

std::vector<std::string> keys_of(const Listing& listing) {
  std::vector<std::string> out;
  for (const ObjectInfo& object : listing.objects) {
    out.push_back(object.key);
  }
  return out;
}

TEST_P(StoreContract, GivesBackTheBytesOfABodyInPieces) {
  std::mt19937 random(7);
  std::vector<uint8_t> bytes(3'000'017);
  for (uint8_t& byte : bytes) {
    byte = static_cast<uint8_t>(random());
  }
  const Bytes all(bytes);
  ASSERT_TRUE(
      put(*store_, "a/b/c.ts",
          {all.first(1), all.subspan(1, 0), all.subspan(1, 1'048'575), all.subspan(1'048'576)}));
  const auto back = get(*store_, "a/b/c.ts");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_TRUE(std::equal(all.begin(), all.end(), as_bytes(*back).begin(), as_bytes(*back).end()));
  EXPECT_EQ(*head(*store_, "a/b/c.ts"), bytes.size());
}

TEST_P(StoreContract, AnObjectMayBeEmptyAndIsReplacedWhole) {
  ASSERT_TRUE(put(*store_, "k", ""));
  EXPECT_EQ(*get(*store_, "k"), "");
  EXPECT_EQ(*head(*store_, "k"), 0U);
  ASSERT_TRUE(put(*store_, "k", "long text"));
  ASSERT_TRUE(put(*store_, "k", "short"));
  EXPECT_EQ(*get(*store_, "k"), "short");
}

TEST_P(StoreContract, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(get(*store_, "no/such").error().next, Next::kNotFound);
  EXPECT_EQ(head(*store_, "no/such").error().next, Next::kNotFound);
  EXPECT_TRUE(remove(*store_, "no/such"));
  ASSERT_TRUE(put(*store_, "was/here", "x"));
  ASSERT_TRUE(remove(*store_, "was/here"));
  EXPECT_EQ(get(*store_, "was/here").error().next, Next::kNotFound);
}

TEST_P(StoreContract, KeysAreTakenAsTheyAre) {
  const std::vector<std::string> keys = {" blank ",
                                         "%2F",
                                         "&amp;<x>\"'",
                                         "a+b",
                                         "caf\xc3\xa9/\xe1\x88\xb4.ts",
                                         "dots../..x/y.",
                                         "q?a=b&c=",
                                         "semi;colon",
                                         "tilde~=$@:,*()!"};
  for (const std::string& key : keys) {
    const Status stored = put(*store_, key, "of " + key);
    ASSERT_TRUE(stored) << stored.error().message;
  }
  for (const std::string& key : keys) {
    EXPECT_EQ(*get(*store_, key), "of " + key);
  }
  EXPECT_EQ(keys_of(*list(*store_, "")), keys);
}

TEST_P(StoreContract, ListsByPrefixInByteOrderWithSizes) {
  for (const char* key : {"a/2", "a/10", "a.x", "a/1/z", "b/1", "a"}) {
    if (storage_.is_file() && std::string(key) == "a") {
      continue;  // a file cannot be a folder too
    }
    ASSERT_TRUE(put(*store_, key, std::string(key)));
  }
  EXPECT_THAT(keys_of(*list(*store_, "a/")), ElementsAre("a/1/z", "a/10", "a/2"));
  EXPECT_THAT(keys_of(*list(*store_, "a/1")), ElementsAre("a/1/z", "a/10"));
  EXPECT_THAT(keys_of(*list(*store_, "nothing")), ElementsAre());
  EXPECT_EQ(list(*store_, "a/10")->objects.at(0).size, 4U);
  EXPECT_EQ(list(*store_, "")->objects.back().key, "b/1");
}

TEST_P(StoreContract, ManyTransfersAtOnceAllComplete) {
  constexpr int kObjects = 1100;  // more than a page of a listing
  std::vector<std::string> bodies;
  for (int i = 0; i < kObjects; ++i) {
    bodies.push_back("body " + std::to_string(i));
  }
  int good = 0;
  int bad = 0;
  for (int i = 0; i < kObjects; ++i) {
    while (store_->in_flight() >= 32) {
      store_->poll(1s);
    }
    store_->put({"many/" + std::to_string(10'000 + i), {as_bytes(bodies[i])}, "text/plain", ""},
                [&](Status done) { ++(done ? good : bad); });
  }
  poll_until(*store_, [&] { return good + bad == kObjects; });
  EXPECT_EQ(good, kObjects);
  EXPECT_EQ(store_->in_flight(), 0U);

  std::vector<std::string> listed;
  std::string after;
  int pages = 0;
  do {
    const auto page = list(*store_, "many/", after);
    ASSERT_TRUE(page) << page.error().message;
    for (const std::string& key : keys_of(*page)) {
      listed.push_back(key);
    }
    after = page->next;
    ++pages;
  } while (!after.empty());
  EXPECT_EQ(listed.size(), static_cast<size_t>(kObjects));
  EXPECT_TRUE(std::is_sorted(listed.begin(), listed.end()));
  EXPECT_EQ(std::set<std::string>(listed.begin(), listed.end()).size(), listed.size());
  EXPECT_GE(pages, 2);
}

TEST_P(StoreContract, EnsuringABucketAgainIsFine) {
  EXPECT_TRUE(ensure_bucket(*store_));
  EXPECT_TRUE(ensure_bucket(*store_));
}

TEST_P(StoreContract, AnotherThreadEndsAPollEarly) {
  const auto start = std::chrono::steady_clock::now();
  std::thread other([this] { store_->wake(); });
  store_->poll(20s);
  other.join();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
}

TEST_P(StoreContract, DestroyingAStoreDropsItsCompletions) {
  bool ran = false;
  const std::string text = "text";
  for (int i = 0; i < 20; ++i) {
    store_->put({"dropped/" + std::to_string(i), {as_bytes(text)}}, [&](Status) { ran = true; });
  }
  store_ = std::move(*make_store(storage_, clock_, ""));
  EXPECT_FALSE(ran);
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, testing::Values("File", "S3"),
                         [](const auto& param) { return param.param; });

/// What only an S3 server can show.
class S3Contract : public testing::Test {
 protected:
  void SetUp() override {
    if (env("SLUICE_TEST_S3_ENDPOINT").empty()) {
      GTEST_SKIP() << "SLUICE_TEST_S3_ENDPOINT names no S3 server";
    }
    store_ = std::move(*make_store(s3_storage(), clock_, ""));
    ASSERT_TRUE(ensure_bucket(*store_));
    ASSERT_TRUE(put(*store_, "dir/a b+c.ts", "presigned"));
  }

  HttpResponse fetch(const std::string& method, const std::string& url, Fields headers = {},
                     const std::string& body = "") {
    HttpOptions options;
    options.ca_file = env("SLUICE_TEST_S3_CA_FILE");
    HttpClient client(options);
    std::optional<Result<HttpResponse>> got;
    client.start({method, url, std::move(headers), {as_bytes(body)}},
                 [&](Result<HttpResponse> r) { got = std::move(r); });
    while (!got) {
      client.poll(1s);
    }
    EXPECT_TRUE(*got) << got->error().message;
    return *got ? **got : HttpResponse{};
  }

  std::string presigned(const std::string& method, Utc at) {
    return store_->presign({"dir/a b+c.ts", method, 60s, at})->url;
  }

  SystemClock clock_;
  std::unique_ptr<ObjectStore> store_;
};

TEST_F(S3Contract, APresignedUrlOpensItsObjectToAnybody) {
  const HttpResponse got = fetch("GET", presigned("GET", clock_.now()));
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "presigned");
  const HttpResponse range = fetch("GET", presigned("GET", clock_.now()), {{"Range", "bytes=3-5"}});
  EXPECT_EQ(range.status, 206);
  EXPECT_EQ(range.body, "sig");
  EXPECT_EQ(fetch("PUT", presigned("PUT", clock_.now()), {}, "written").status, 200);
  EXPECT_EQ(*get(*store_, "dir/a b+c.ts"), "written");
}

TEST_F(S3Contract, ATamperedOrExpiredUrlIsRefused) {
  std::string tampered = presigned("GET", clock_.now());
  tampered.replace(tampered.find("c.ts"), 4, "d.ts");
  EXPECT_EQ(fetch("GET", tampered).status, 403);
  EXPECT_EQ(fetch("DELETE", presigned("GET", clock_.now())).status, 403);
  EXPECT_EQ(fetch("GET", presigned("GET", clock_.now() - 61s)).status, 403);
  EXPECT_EQ(fetch("GET", store_->url("dir/a b+c.ts")).status, 403);
}

TEST_F(S3Contract, BrowsersMayReadRangesFromAnywhere) {
  const HttpResponse preflight =
      fetch("OPTIONS", store_->url("dir/a b+c.ts"),
            {{"Origin", "https://player.example"}, {"Access-Control-Request-Method", "GET"}});
  EXPECT_EQ(preflight.status, 200);
}

TEST_F(S3Contract, AWrongSecretIsNamedAndAsksForNewOnes) {
  config::Storage wrong = s3_storage();
  wrong.credentials.secret_key = Secret("wrong");
  const auto store = std::move(*make_store(wrong, clock_, ""));
  const Error error = ensure_bucket(*store).error();
  EXPECT_EQ(error.next, Next::kRefreshCredentials);
  EXPECT_THAT(error.message, testing::HasSubstr("403 SignatureDoesNotMatch"));
  EXPECT_THAT(error.message, testing::HasSubstr(wrong.endpoint));
  EXPECT_THAT(error.message, testing::HasSubstr(wrong.bucket));
}

TEST_F(S3Contract, AWrongClockIsCorrectedByTheServers) {
  ManualClock late(clock_.now() - 1h);
  const auto store = std::move(*make_store(s3_storage(), late, ""));
  const auto first = get(*store, "dir/a b+c.ts");
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().next, Next::kRetry) << first.error().message;
  EXPECT_TRUE(get(*store, "dir/a b+c.ts"));
}

}  // namespace
}  // namespace sluice::object
