#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "storage/object/file_root.h"
#include "storage/object/store.h"

namespace sluice::object {

/// Objects as files in a folder, served by our own HTTP server. A few threads of its own do the
/// waiting for the disk; destroying it waits for what they are at. `presign` gives the plain URL:
/// whoever reaches the server may read.
class FileStore final : public ObjectStore {
 public:
  /// @param public_url  what stands before the key in URLs: "http://host:3001/bucket"
  FileStore(FileRoot root, std::string public_url);
  ~FileStore() override;

  void ensure_bucket(Completion<void> done) override;
  void put(PutRequest request, Completion<void> done) override;
  void get(std::string key, Completion<std::string> done) override;
  void head(std::string key, Completion<uint64_t> done) override;
  void remove(std::string key, Completion<void> done) override;
  void list(std::string prefix, std::string after, Completion<Listing> done) override;
  Result<PresignedUrl> presign(const PresignRequest& request) override;
  std::string url(const std::string& key) const override;
  void poll(std::chrono::milliseconds timeout) override;
  void wake() override;
  size_t in_flight() const override { return in_flight_; }

 private:
  using Finish = std::function<void()>;

  template <typename T>
  void submit(std::function<Result<T>()> work, Completion<T> done);
  void work();

  FileRoot root_;
  std::string public_url_;
  size_t in_flight_ = 0;  ///< the owner's alone

  std::mutex mutex_;  ///< guards what follows
  std::condition_variable job_added_;
  std::condition_variable job_finished_;
  std::deque<std::function<Finish()>> jobs_;
  std::deque<Finish> finished_;
  bool woken_ = false;
  bool stopping_ = false;

  std::vector<std::thread> workers_;
};

}  // namespace sluice::object
