#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "config/base/utc.h"
#include "storage/object/store.h"

namespace sluice::upload {

/// What lies in the fake store. It outlives the stores that a test opens on it, as a real one does.
struct FakeBucket {
  std::map<std::string, std::string> objects;
  std::vector<std::string> puts;                 ///< keys in the order in which they were stored
  std::map<std::string, uint64_t> bytes_by_key;  ///< written over time, all versions together
  std::function<std::optional<Error>(const std::string& key)> fault;  ///< why an attempt fails
  std::function<bool(const std::string& key)> hold;  ///< whether an attempt has no outcome yet
  bool shuffle = false;                              ///< outcomes come in any order
  size_t outcomes_a_poll = 1000;
  bool late_answers = false;  ///< what is stored in one poll is answered in the next

  size_t count_puts(const std::string& key) const {
    return static_cast<size_t>(std::count(puts.begin(), puts.end(), key));
  }
};

/// The rule that everything else serves: a playlist names only objects that are there.
inline void expect_all_named_objects(const FakeBucket& bucket, const std::string& key,
                                     const std::string& text) {
  const std::string folder = key.substr(0, key.rfind('/') + 1);
  std::istringstream lines(text);
  bool gap = false;
  for (std::string line; std::getline(lines, line);) {
    gap = gap || line == "#EXT-X-GAP";
    if (line.empty() || line[0] == '#') {
      continue;
    }
    const size_t query = line.find('?');
    std::string object = folder + line.substr(0, query);
    for (const std::string_view origin : {"https://signed/", "https://plain/"}) {
      if (line.starts_with(origin)) {
        object = line.substr(origin.size(), query - origin.size());
      }
    }
    object = std::filesystem::path(object).lexically_normal();
    EXPECT_TRUE(gap || bucket.objects.contains(object)) << key << " names " << object;
    gap = false;
  }
}

/// A store in memory that can fail, delay and reorder.
class FakeStore final : public object::ObjectStore {
 public:
  explicit FakeStore(FakeBucket& bucket) : bucket_(bucket) {}

  void ensure_bucket(object::Completion<void> done) override {
    add(
        "", [done = std::move(done)](const Status& s) { done(s); }, [] {});
  }
  void put(object::PutRequest request, object::Completion<void> done) override {
    // Copied at once and again when it is stored, to see that the body stayed as it was.
    const std::string body = text_of(request.body);
    const std::string key = request.key;
    add(
        key, [done = std::move(done)](const Status& s) { done(s); },
        [this, request = std::move(request), body] {
          EXPECT_EQ(text_of(request.body), body);
          if (request.key.ends_with(".m3u8")) {
            expect_all_named_objects(bucket_, request.key, body);
          }
          bucket_.objects[request.key] = body;
          bucket_.puts.push_back(request.key);
          bucket_.bytes_by_key[request.key] += body.size();
        });
  }
  void get(std::string key, object::Completion<std::string> done) override {
    add(
        key,
        [this, key, done = std::move(done)](const Status& s) {
          const auto it = bucket_.objects.find(key);
          if (!s) {
            done(fail(s.error()));
          } else if (it == bucket_.objects.end()) {
            done(fail(Next::kNotFound, key));
          } else {
            done(it->second);
          }
        },
        [] {});
  }
  void head(std::string key, object::Completion<uint64_t> done) override {
    get(key, [done = std::move(done)](const Result<std::string>& body) {
      body ? done(body->size()) : done(fail(body.error()));
    });
  }
  void remove(std::string, object::Completion<void>) override { FAIL(); }
  void list(std::string, std::string, object::Completion<object::Listing>) override { FAIL(); }

  Result<object::PresignedUrl> presign(const object::PresignRequest& request) override {
    const Utc expires = request.at + request.expires;
    return object::PresignedUrl{
        fmt::format("https://signed/{}?until={}", request.key, iso8601_basic(expires)), expires};
  }
  std::string url(const std::string& key) const override { return "https://plain/" + key; }

  void poll(std::chrono::milliseconds) override {
    for (auto& answer : std::exchange(answers_, {})) {
      answer();
    }
    if (bucket_.shuffle) {
      std::shuffle(attempts_.begin(), attempts_.end(), random_);
    }
    size_t left = bucket_.outcomes_a_poll;
    for (size_t n = attempts_.size(); n > 0 && left > 0; --n) {
      Attempt attempt = std::move(attempts_.front());
      attempts_.pop_front();
      if (bucket_.hold && bucket_.hold(attempt.key)) {
        attempts_.push_back(std::move(attempt));
        continue;
      }
      --left;
      finish(attempt);
    }
  }
  void wake() override {}
  size_t in_flight() const override { return attempts_.size() + answers_.size(); }

 private:
  struct Attempt {
    std::string key;
    std::function<void(const Status&)> answer;
    std::function<void()> apply;
  };

  static std::string text_of(const object::Body& body) {
    std::string text;
    for (const Bytes& piece : body) {
      text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    }
    return text;
  }

  void add(std::string key, std::function<void(const Status&)> answer,
           std::function<void()> apply) {
    attempts_.push_back({std::move(key), std::move(answer), std::move(apply)});
  }

  void finish(Attempt& attempt) {
    Status outcome;
    if (auto error = bucket_.fault ? bucket_.fault(attempt.key) : std::nullopt) {
      outcome = fail(std::move(*error));
    } else {
      attempt.apply();
    }
    auto answer = [answer = std::move(attempt.answer), outcome] { answer(outcome); };
    if (bucket_.late_answers) {
      answers_.push_back(std::move(answer));
    } else {
      answer();
    }
  }

  FakeBucket& bucket_;
  std::deque<Attempt> attempts_;
  std::vector<std::function<void()>> answers_;
  std::mt19937 random_{7};
};

}  // namespace sluice::upload
