#pragma once

#include <filesystem>
#include <mutex>
#include <optional>

#include "storage/arena/stats.h"

namespace sluice::api {

/// The two pages of counters, each mapped when it is first there. Any thread.
class StatsAccess {
 public:
  /// @param folder  `arena.path`
  explicit StatsAccess(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Null while there is none. What is returned stays mapped as long as this lives.
  const arena::StatsPage* stats() { return page(stats_, arena::stats_path(folder_)); }
  const arena::ControlPage* control() { return page(control_, arena::control_page_path(folder_)); }

 private:
  template <typename Page>
  const Page* page(std::optional<arena::PageFile<Page>>& file, const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    if (!file) {
      if (auto found = arena::PageFile<Page>::read(path)) {
        file.emplace(std::move(*found));
      }
    }
    return file ? &**file : nullptr;
  }

  std::filesystem::path folder_;
  std::mutex mutex_;
  std::optional<arena::StatsFile> stats_;
  std::optional<arena::ControlFile> control_;
};

}  // namespace sluice::api
