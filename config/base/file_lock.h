#pragma once

#include <filesystem>

#include "config/base/result.h"

namespace sluice {

/// A role in the appliance, held by a kernel lock on a file for as long as this object lives. The
/// kernel gives it up when the process ends, however it ends, so a successor never has to guess
/// whether a PID is alive.
class FileLock {
 public:
  /// Takes the lock at once or fails, naming the holder's PID where the kernel tells it.
  static Result<FileLock> take(const std::filesystem::path& path);

  /// Whether somebody holds the lock on `path` now. A missing file is held by nobody.
  static bool held(const std::filesystem::path& path);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace sluice
