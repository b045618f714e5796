#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "config/base/clock.h"
#include "storage/catalog/catalog.h"

namespace sluice::upload {

/// The local file urls.log: a line for each hour of each stream, in the order of time. Replaced at
/// once, and not more often than once a second: hundreds of streams begin an hour together.
class UrlsLogFile {
 public:
  /// {hour, stream}
  using Name = std::pair<Utc, std::string>;

  UrlsLogFile(std::filesystem::path file, const Clock& clock)
      : file_(std::move(file)), clock_(clock) {}

  void set(const catalog::Hour& hour);
  const std::map<Name, catalog::Hour>& hours() const { return hours_; }

  /// Also written here, if not empty: the copy of `record`.
  void copy_to(std::filesystem::path file) { copy_ = std::move(file); }

  /// Writes what has changed. @param now_or_never  do not wait for the second to pass
  void write(bool now_or_never);

 private:
  std::filesystem::path file_;
  std::filesystem::path copy_;
  const Clock& clock_;
  std::map<Name, catalog::Hour> hours_;
  bool changed_ = false;
  std::optional<Clock::Monotonic> written_;
  std::string told_;
};

}  // namespace sluice::upload
