#include "storage/object/retry.h"

#include <algorithm>
#include <map>
#include <random>
#include <utility>

namespace sluice::object {
namespace {

class RetryingStore final : public ObjectStore {
 public:
  RetryingStore(std::unique_ptr<ObjectStore> store, const Clock& clock, Patience patience,
                Random random, OnRetry on_retry)
      : clock_(clock),
        patience_(patience),
        random_(std::move(random)),
        on_retry_(std::move(on_retry)),
        store_(std::move(store)) {}

  void ensure_bucket(Completion<void> done) override {
    attempt<void>([this](Completion<void> d) { store_->ensure_bucket(std::move(d)); },
                  std::move(done), patience_.even_refused, 1);
  }
  void put(PutRequest request, Completion<void> done) override {
    attempt<void>([this, request = std::move(request)](
                      Completion<void> d) { store_->put(request, std::move(d)); },
                  std::move(done), patience_.even_refused, 1);
  }
  void get(std::string key, Completion<std::string> done) override {
    attempt<std::string>(
        [this, key = std::move(key)](Completion<std::string> d) { store_->get(key, std::move(d)); },
        std::move(done), false, 1);
  }
  void head(std::string key, Completion<uint64_t> done) override {
    attempt<uint64_t>(
        [this, key = std::move(key)](Completion<uint64_t> d) { store_->head(key, std::move(d)); },
        std::move(done), false, 1);
  }
  void remove(std::string key, Completion<void> done) override {
    attempt<void>(
        [this, key = std::move(key)](Completion<void> d) { store_->remove(key, std::move(d)); },
        std::move(done), patience_.even_refused, 1);
  }
  void list(std::string prefix, std::string after, Completion<Listing> done) override {
    attempt<Listing>([this, prefix = std::move(prefix), after = std::move(after)](
                         Completion<Listing> d) { store_->list(prefix, after, std::move(d)); },
                     std::move(done), false, 1);
  }

  Result<PresignedUrl> presign(const PresignRequest& request) override {
    return store_->presign(request);
  }
  std::string url(const std::string& key) const override { return store_->url(key); }

  void poll(std::chrono::milliseconds timeout) override {
    if (start_due()) {
      timeout = std::chrono::milliseconds(0);
    }
    if (!waiting_.empty()) {
      const auto until = std::chrono::ceil<std::chrono::milliseconds>(waiting_.begin()->first -
                                                                      clock_.monotonic());
      timeout = std::clamp(until, std::chrono::milliseconds(0), timeout);
    }
    store_->poll(timeout);
    start_due();
  }
  void wake() override { store_->wake(); }
  size_t in_flight() const override { return store_->in_flight() + waiting_.size(); }

 private:
  template <typename T>
  using Call = std::function<void(Completion<T>)>;

  template <typename T>
  void attempt(Call<T> call, Completion<T> done, bool even_not_found, unsigned number) {
    const Call<T> now = call;
    now([this, call = std::move(call), done = std::move(done), even_not_found,
         number](Result<T> result) mutable {
      if (result || !again(result.error(), even_not_found, number)) {
        return done(std::move(result));
      }
      const auto pause = backoff(patience_, number, result.error().retry_after, random_());
      if (on_retry_) {
        on_retry_(result.error(), pause);
      }
      waiting_.emplace(clock_.monotonic() + pause,
                       [this, call = std::move(call), done = std::move(done), even_not_found,
                        number] { attempt<T>(call, done, even_not_found, number + 1); });
    });
  }

  bool again(const Error& error, bool even_not_found, unsigned number) const {
    if (patience_.attempts != 0 && number >= patience_.attempts) {
      return false;
    }
    switch (error.next) {
      case Next::kRetry:
        return true;
      case Next::kNotFound:
        return even_not_found;
      case Next::kRefreshCredentials:
        // the store looks its keys up anew after a refusal; once is enough to see whether that
        // helps
        return patience_.even_refused || number == 1;
      case Next::kGiveUp:
        return patience_.even_refused;
    }
    return false;
  }

  bool start_due() {
    bool any = false;
    while (!waiting_.empty() && waiting_.begin()->first <= clock_.monotonic()) {
      auto node = waiting_.extract(waiting_.begin());
      node.mapped()();
      any = true;
    }
    return any;
  }

  const Clock& clock_;
  Patience patience_;
  Random random_;
  OnRetry on_retry_;
  std::multimap<Clock::Monotonic, std::function<void()>> waiting_;
  std::unique_ptr<ObjectStore> store_;  // last: its completions use what stands above
};

}  // namespace

Random system_random() {
  return [engine = std::mt19937_64(std::random_device{}())]() mutable {
    return std::uniform_real_distribution<double>(0, 1)(engine);
  };
}

std::chrono::nanoseconds backoff(const Patience& patience, unsigned failures,
                                 std::chrono::seconds retry_after, double random) {
  std::chrono::nanoseconds bound = patience.first_pause;
  for (unsigned i = 1; i < failures && bound < patience.longest_pause; ++i) {
    bound *= 2;
  }
  bound = std::min<std::chrono::nanoseconds>(bound, patience.longest_pause);
  const auto jittered =
      std::chrono::nanoseconds(static_cast<int64_t>(static_cast<double>(bound.count()) * random));
  return std::clamp(retry_after, std::chrono::seconds(0), patience.longest_asked) + jittered;
}

std::unique_ptr<ObjectStore> retrying(std::unique_ptr<ObjectStore> store, const Clock& clock,
                                      Patience patience, Random random, OnRetry on_retry) {
  return std::make_unique<RetryingStore>(std::move(store), clock, patience, std::move(random),
                                         std::move(on_retry));
}

}  // namespace sluice::object
