#include "storage/object/retry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace sluice::object {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// A store that answers each call in `poll`, with the outcomes it was given; then with success.
class ScriptedStore final : public ObjectStore {
 public:
  void ensure_bucket(Completion<void> done) override { answer(std::move(done)); }
  void put(PutRequest request, Completion<void> done) override {
    put_keys.push_back(request.key);
    answer(std::move(done));
  }
  void get(std::string, Completion<std::string> done) override {
    waiting_.push_back([this, done] {
      const Status status = next();
      done(status ? Result<std::string>("text") : fail(status.error()));
    });
  }
  void head(std::string, Completion<uint64_t>) override {}
  void remove(std::string, Completion<void> done) override { answer(std::move(done)); }
  void list(std::string, std::string, Completion<Listing>) override {}
  Result<PresignedUrl> presign(const PresignRequest&) override { return PresignedUrl{}; }
  std::string url(const std::string& key) const override { return key; }
  void poll(std::chrono::milliseconds timeout) override {
    polled_for.push_back(timeout);
    auto ready = std::exchange(waiting_, {});
    for (const auto& run : ready) {
      run();
    }
  }
  void wake() override {}
  size_t in_flight() const override { return waiting_.size(); }

  std::deque<Error> script;
  std::vector<std::string> put_keys;
  std::vector<std::chrono::milliseconds> polled_for;

 private:
  Status next() {
    if (script.empty()) {
      return {};
    }
    const Error error = script.front();
    script.pop_front();
    return fail(error);
  }
  void answer(Completion<void> done) {
    waiting_.push_back([this, done] { done(next()); });
  }

  std::deque<std::function<void()>> waiting_;
};

class RetryTest : public testing::Test {
 protected:
  void make(Patience patience) {
    auto inner = std::make_unique<ScriptedStore>();
    inner_ = inner.get();
    store_ = retrying(
        std::move(inner), clock_, patience, [] { return 0.5; },
        [this](const Error&, std::chrono::nanoseconds pause) {
          pauses_.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(pause));
        });
  }

  void put() {
    store_->put({"k", {}}, [this](Status status) { outcomes_.push_back(std::move(status)); });
  }

  /// Lets time pass until nothing is under way.
  void settle() {
    for (int i = 0; i < 1000 && store_->in_flight() > 0; ++i) {
      store_->poll(1s);
      clock_.advance(100ms);
    }
  }

  ManualClock clock_{utc_from_ns(0)};
  ScriptedStore* inner_ = nullptr;
  std::unique_ptr<ObjectStore> store_;
  std::vector<Status> outcomes_;
  std::vector<std::chrono::milliseconds> pauses_;
};

TEST_F(RetryTest, RepeatsWhatMayYetSucceedAndCompletesOnce) {
  make({});
  inner_->script = {{Next::kRetry, "a"}, {Next::kRetry, "b"}, {Next::kRetry, "c"}};
  put();
  settle();
  ASSERT_EQ(outcomes_.size(), 1U);
  EXPECT_TRUE(outcomes_[0]);
  EXPECT_THAT(inner_->put_keys, ElementsAre("k", "k", "k", "k"));
  EXPECT_THAT(pauses_, ElementsAre(100ms, 200ms, 400ms));
}

TEST_F(RetryTest, GivesTheLastErrorWhenPatienceEnds) {
  make({3, false});
  inner_->script = {{Next::kRetry, "a"}, {Next::kRetry, "b"}, {Next::kRetry, "c"}};
  put();
  settle();
  ASSERT_EQ(outcomes_.size(), 1U);
  EXPECT_EQ(outcomes_[0].error().message, "c");
}

TEST_F(RetryTest, WhatIsRefusedIsNotRepeated) {
  make({});
  inner_->script = {{Next::kGiveUp, "denied"}};
  put();
  settle();
  EXPECT_EQ(outcomes_.at(0).error().message, "denied");
  EXPECT_EQ(inner_->put_keys.size(), 1U);
}

TEST_F(RetryTest, NewKeysAreTriedOnce) {
  make({});
  inner_->script = {{Next::kRefreshCredentials, "old"}, {Next::kRefreshCredentials, "new"}};
  put();
  settle();
  EXPECT_EQ(outcomes_.at(0).error().message, "new");
  EXPECT_EQ(inner_->put_keys.size(), 2U);
}

TEST_F(RetryTest, EndlessPatienceGivesNothingUp) {
  make(Patience::endless());
  for (int i = 0; i < 25; ++i) {
    inner_->script.push_back({Next::kGiveUp, "denied"});
    inner_->script.push_back({Next::kNotFound, "no bucket"});
    inner_->script.push_back({Next::kRefreshCredentials, "wrong keys"});
    inner_->script.push_back({Next::kRetry, "away"});
  }
  put();
  for (int i = 0; i < 100'000 && outcomes_.empty(); ++i) {
    store_->poll(1s);
    clock_.advance(100ms);
  }
  ASSERT_EQ(outcomes_.size(), 1U);
  EXPECT_TRUE(outcomes_[0]);
  EXPECT_EQ(inner_->put_keys.size(), 101U);
  EXPECT_EQ(pauses_.back(), 10s) << "half of the longest";
}

TEST_F(RetryTest, ThatThereIsNoSuchObjectIsAnAnswer) {
  make(Patience::endless());
  inner_->script = {{Next::kNotFound, "none"}};
  std::optional<Result<std::string>> got;
  store_->get("k", [&](Result<std::string> result) { got = std::move(result); });
  settle();
  EXPECT_EQ(got->error().next, Next::kNotFound);
}

TEST_F(RetryTest, WaitsAsLongAsTheOtherSideAsked) {
  make({});
  inner_->script = {{Next::kRetry, "slow down", 7s}};
  put();
  settle();
  EXPECT_THAT(pauses_, ElementsAre(7100ms));
  EXPECT_EQ(backoff({}, 1, 24h, 0.0), 10min) << "within reason";
  EXPECT_EQ(backoff({.longest_asked = 5s}, 1, 24h, 0.0), 5s) << "that the caller sets";
}

TEST_F(RetryTest, PollsNoLongerThanUntilTheNextAttempt) {
  make({});
  inner_->script = {{Next::kRetry, "a"}};
  put();
  store_->poll(1s);
  store_->poll(1s);
  EXPECT_THAT(inner_->polled_for, ElementsAre(1000ms, 100ms));
  EXPECT_EQ(store_->in_flight(), 1U);
}

TEST(Backoff, IsFullyJitteredBelowADoublingBound) {
  const Patience patience{8, false, 200ms, 1000ms};
  EXPECT_EQ(backoff(patience, 1, 0s, 0.0), 0ns);
  EXPECT_EQ(backoff(patience, 1, 0s, 0.5), 100ms);
  EXPECT_EQ(backoff(patience, 3, 0s, 0.5), 400ms);
  EXPECT_EQ(backoff(patience, 4, 0s, 0.5), 500ms);
  EXPECT_EQ(backoff(patience, 4'000'000'000, 0s, 0.5), 500ms);
}

}  // namespace
}  // namespace sluice::object
