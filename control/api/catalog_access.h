#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <utility>

#include "config/base/result.h"
#include "storage/catalog/catalog.h"

namespace sluice::api {

/// The server's connection to the catalog, shared by its threads: one query at a time. It is opened
/// when it is first needed, since the catalog may come later than the server.
class CatalogAccess {
 public:
  explicit CatalogAccess(std::filesystem::path file) : file_(std::move(file)) {}

  /// Runs `query(const CatalogReader&)`, which returns a Result.
  template <typename Query>
  auto operator()(Query&& query) -> decltype(query(std::declval<const catalog::CatalogReader&>())) {
    const std::lock_guard lock(mutex_);
    if (Status opened = open(); !opened) {
      return fail(std::move(opened.error()));
    }
    return std::forward<Query>(query)(*reader_);
  }

 private:
  Status open() {
    if (reader_) {
      return {};
    }
    if (file_.empty()) {
      return fail(Next::kNotFound, "there is no catalog");
    }
    auto opened = catalog::CatalogReader::open(file_);
    if (!opened) {
      return fail(std::move(opened.error()));
    }
    reader_ = std::move(*opened);
    return {};
  }

  std::filesystem::path file_;
  std::mutex mutex_;
  std::optional<catalog::CatalogReader> reader_;
};

}  // namespace sluice::api
