#include "storage/object/file_store.h"

#include <pthread.h>

#include <memory>
#include <utility>

#include "storage/object/uri.h"

namespace sluice::object {
namespace {

constexpr int kWorkers = 4;  // writers wait for fsync most of the time

}  // namespace

FileStore::FileStore(FileRoot root, std::string public_url)
    : root_(std::move(root)), public_url_(std::move(public_url)) {
  for (int i = 0; i < kWorkers; ++i) {
    workers_.emplace_back([this] { work(); });
    pthread_setname_np(workers_.back().native_handle(), "file-store");
  }
}

FileStore::~FileStore() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    jobs_.clear();
  }
  job_added_.notify_all();
  for (std::thread& worker : workers_) {
    worker.join();
  }
}

template <typename T>
void FileStore::submit(std::function<Result<T>()> work, Completion<T> done) {
  ++in_flight_;
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back([work = std::move(work), done = std::move(done)]() -> Finish {
      auto result = std::make_shared<Result<T>>(work());
      return [result, done] { done(std::move(*result)); };
    });
  }
  job_added_.notify_one();
}

void FileStore::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    job_added_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) {
      return;
    }
    const auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    Finish finish = job();
    lock.lock();
    finished_.push_back(std::move(finish));
    job_finished_.notify_one();
  }
}

void FileStore::ensure_bucket(Completion<void> done) {
  submit<void>([this] { return root_.create(); }, std::move(done));
}

void FileStore::put(PutRequest request, Completion<void> done) {
  submit<void>(
      [this, request = std::move(request)] { return root_.write(request.key, request.body); },
      std::move(done));
}

void FileStore::get(std::string key, Completion<std::string> done) {
  submit<std::string>([this, key = std::move(key)] { return root_.read(key); }, std::move(done));
}

void FileStore::head(std::string key, Completion<uint64_t> done) {
  submit<uint64_t>(
      [this, key = std::move(key)] {
        return root_.open_object(key).map([](const OpenObject& object) { return object.size; });
      },
      std::move(done));
}

void FileStore::remove(std::string key, Completion<void> done) {
  submit<void>([this, key = std::move(key)] { return root_.remove(key); }, std::move(done));
}

void FileStore::list(std::string prefix, std::string after, Completion<Listing> done) {
  submit<Listing>([this, prefix = std::move(prefix),
                   after = std::move(after)] { return root_.list(prefix, after); },
                  std::move(done));
}

Result<PresignedUrl> FileStore::presign(const PresignRequest& request) {
  return PresignedUrl{url(request.key), request.at + request.expires};
}

std::string FileStore::url(const std::string& key) const {
  return public_url_ + '/' + uri_encode_path(key);
}

void FileStore::poll(std::chrono::milliseconds timeout) {
  std::deque<Finish> finished;
  {
    std::unique_lock lock(mutex_);
    job_finished_.wait_for(lock, timeout, [this] { return woken_ || !finished_.empty(); });
    woken_ = false;
    finished.swap(finished_);
  }
  for (const Finish& finish : finished) {
    --in_flight_;
    finish();
  }
}

void FileStore::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  job_finished_.notify_one();
}

}  // namespace sluice::object
