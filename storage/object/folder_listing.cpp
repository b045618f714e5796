#include "storage/object/folder_listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "storage/object/partial_file.h"

namespace sluice::object {
namespace {

class Walk {
 public:
  Walk(const std::string& prefix, const std::string& after, size_t limit)
      : prefix_(prefix), after_(after), limit_(limit) {}

  Status visit(UniqueFd folder, const std::string& path);
  Listing take() { return std::move(listing_); }

 private:
  bool full() const { return !listing_.next.empty(); }

  bool may_hold(const std::string& folder) const {
    const bool matches = folder.starts_with(prefix_) || prefix_.starts_with(folder);
    const bool passed = folder < after_ && !after_.starts_with(folder);
    return matches && !passed;
  }

  void add(int folder, const std::string& name, const std::string& key) {
    struct stat status {};
    if (!key.starts_with(prefix_) || key <= after_ ||
        ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(status.st_mode)) {
      return;
    }
    if (listing_.objects.size() == limit_) {
      listing_.next = listing_.objects.back().key;
      return;
    }
    listing_.objects.push_back({key, static_cast<uint64_t>(status.st_size)});
  }

  const std::string& prefix_;
  const std::string& after_;
  size_t limit_;
  Listing listing_;
};

bool is_folder(int folder, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) {
    return entry.d_type == DT_DIR;
  }
  struct stat status {};
  return ::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(status.st_mode);
}

/// Names in the folder, those of folders with a '/' at their end, which is how they sort among
/// keys.
Result<std::vector<std::string>> sorted_names(UniqueFd folder) {
  DIR* entries = ::fdopendir(folder.get());
  if (entries == nullptr) {
    return fail(system_error("cannot list a folder", errno));
  }
  const int fd = folder.release();
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(entries)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") {
      names.push_back(is_folder(fd, *entry) ? name + '/' : name);
    }
  }
  ::closedir(entries);
  std::sort(names.begin(), names.end());
  return names;
}

Status Walk::visit(UniqueFd folder, const std::string& path) {
  const auto names = sorted_names(UniqueFd(::fcntl(folder.get(), F_DUPFD_CLOEXEC, 0)));
  if (!names) {
    return fail(names.error());
  }
  for (const std::string& name : *names) {
    if (full()) {
      break;
    }
    const std::string below = path + name;
    if (!name.ends_with('/')) {
      add(folder.get(), name, below);
      continue;
    }
    if (!may_hold(below) || below == std::string(kPartialFolder) + '/') {
      continue;
    }
    UniqueFd next(::openat(folder.get(), name.substr(0, name.size() - 1).c_str(),
                           O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next.valid() && errno != ENOENT) {
      return fail(system_error("cannot list " + below, errno));
    }
    if (next.valid()) {
      Status visited = visit(std::move(next), below);
      if (!visited) {
        return visited;
      }
    }
  }
  return {};
}

}  // namespace

Result<Listing> list_folder(UniqueFd folder, const std::string& prefix, const std::string& after,
                            size_t limit) {
  Walk walk(prefix, after, limit);
  const Status visited = walk.visit(std::move(folder), "");
  if (!visited) {
    return fail(visited.error());
  }
  return walk.take();
}

}  // namespace sluice::object
