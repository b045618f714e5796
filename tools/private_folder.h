#pragma once

#include <filesystem>
#include <string>

#include "config/base/result.h"

namespace sluice::tools {

/// A folder in memory, where there is one, that only this user can look into, and that is gone when
/// this is.
class PrivateFolder {
 public:
  static Result<PrivateFolder> make();
  PrivateFolder(PrivateFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ~PrivateFolder();

  const std::filesystem::path& path() const { return path_; }
  /// Writes a file that only this user can read.
  Result<std::filesystem::path> write(const std::string& name, const std::string& text) const;

 private:
  explicit PrivateFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace sluice::tools
