#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

namespace sluice::lcore {

/// Has the slow thread do something for another thread, which waits for it: what belongs to the
/// slow thread is only ever touched there. One thread asks.
class Errands {
 public:
  /// Waits until the slow thread has done it. False if there is no slow thread any more.
  bool run(const std::function<void()>& errand) {
    std::unique_lock lock(mutex_);
    errand_ = &errand;
    done_.wait(lock, [this] { return errand_ == nullptr || closed_; });
    const bool done = errand_ == nullptr;
    errand_ = nullptr;
    return done;
  }

  /// On the slow thread, now and then: does what waits.
  void do_pending() {
    const std::lock_guard lock(mutex_);
    if (errand_ != nullptr) {
      (*errand_)();
      errand_ = nullptr;
      done_.notify_one();
    }
  }
  /// On the slow thread: nothing more will be done.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    done_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  const std::function<void()>* errand_ = nullptr;
  bool closed_ = false;
};

}  // namespace sluice::lcore
