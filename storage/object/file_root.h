#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "config/base/result.h"
#include "config/base/utc.h"
#include "storage/object/store.h"
#include "storage/object/unique_fd.h"

namespace sluice::object {

/// An object of a file store, open for reading. What it holds never changes: storing the key again
/// makes another file.
struct OpenObject {
  UniqueFd fd;
  uint64_t size = 0;
  Utc modified{};
};

/// A bucket as a folder: an object lies at <root>/<bucket>/<key>. No key, and no symbolic link
/// below the folder, leads out of it (openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS), so
/// keys may come from anybody. Calls block; any number of threads and processes may make them.
class FileRoot {
 public:
  FileRoot(const std::filesystem::path& root, const std::string& bucket) : folder_(root / bucket) {}

  const std::filesystem::path& folder() const { return folder_; }

  /// Makes the folder if it is missing and clears away what writers left that died.
  Status create() const;

  /// For reading. Next::kNotFound if there is no such object, or the key cannot be one.
  Result<OpenObject> open_object(const std::string& key) const;

  /// The whole of an object.
  Result<std::string> read(const std::string& key) const;

  /// Stores an object whole or not at all: it appears under its key by a rename, after its bytes
  /// are on the disk, and is there to stay when this returns.
  Status write(const std::string& key, const Body& body) const;

  /// Fine if there is no such object. Folders that become empty go with it.
  Status remove(const std::string& key) const;

  /// As ObjectStore::list; a page is `limit` objects.
  Result<Listing> list(const std::string& prefix, const std::string& after,
                       size_t limit = 1000) const;

 private:
  Result<UniqueFd> open_folder() const;
  Result<UniqueFd> make_folders(const std::string& parent) const;
  Status write_once(const std::string& key, const Body& body) const;
  Error about(const std::string& what, const std::string& key, int errnum) const;

  std::filesystem::path folder_;
};

}  // namespace sluice::object
