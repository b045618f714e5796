#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "storage/object/store.h"
#include "storage/object/unique_fd.h"

namespace sluice::object {

/// Where files are written before they have their name; no key begins with it.
inline constexpr std::string_view kPartialFolder = ".partial";

/// A file being written, under a name nobody looks for, until it is published by a rename or goes
/// away with this object. Its writer holds a lock on it, so what a dead writer left is told from
/// what a living one writes. Errors are errno values.
class PartialFile {
 public:
  /// @param folder  the bucket's folder; outlives this object
  static tl::expected<PartialFile, int> create(int folder);

  /// Removes what writers left that died.
  static void sweep(int folder);

  PartialFile(PartialFile&& other) noexcept = default;
  PartialFile& operator=(PartialFile&&) = delete;
  ~PartialFile();

  int append(const Body& body);
  /// Gives the file its name, replacing what had it, once its bytes are on the disk.
  int publish(int parent, const std::string& name);

 private:
  PartialFile(UniqueFd folder, UniqueFd fd, std::string name)
      : folder_(std::move(folder)), fd_(std::move(fd)), name_(std::move(name)) {}

  UniqueFd folder_;
  UniqueFd fd_;
  std::string name_;
};

}  // namespace sluice::object
