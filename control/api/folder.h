#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "config/base/result.h"
#include "config/base/utc.h"

namespace sluice::api {

/// A file descriptor with an owner.
class OpenFile {
 public:
  OpenFile() = default;
  explicit OpenFile(int fd) : fd_(fd) {}
  OpenFile(OpenFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~OpenFile();

  int fd() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

/// A regular file that was found, and what identifies this version of it.
struct FoundFile {
  OpenFile file;
  uint64_t size = 0;
  uint64_t inode = 0;
  Utc modified{};

  /// All of it; throws std::system_error.
  std::string read() const;
};

/// A folder whose files may be read by anybody who can name them, and nothing outside it: the
/// kernel resolves names (openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS), so `..`, absolute
/// names and links lead nowhere. Names with a part that starts with `.` are not there. Any thread.
class Folder {
 public:
  /// @param root  need not exist yet
  explicit Folder(std::filesystem::path root) : root_(std::move(root)) {}

  /// Opens a regular file. Next::kNotFound if `name` is none, is outside, or may not be read.
  Result<FoundFile> open(std::string_view name) const;

 private:
  std::filesystem::path root_;
};

}  // namespace sluice::api
