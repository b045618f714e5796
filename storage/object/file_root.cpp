#include "storage/object/file_root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "storage/object/folder_listing.h"
#include "storage/object/partial_file.h"

namespace sluice::object {
namespace {

constexpr size_t kMaxKey = 1024;  // S3's own limit
constexpr int kRaces = 4;         // a folder may be pruned between being made and being used

/// Opens below `folder`, never outside it and never through a symbolic link.
UniqueFd open_beneath(int folder, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  return UniqueFd(static_cast<int>(::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how)));
}

bool is_key(const std::string& key) {
  if (key.empty() || key.size() > kMaxKey || key.find('\0') != std::string::npos) {
    return false;
  }
  for (size_t start = 0; start <= key.size();) {
    const size_t end = std::min(key.find('/', start), key.size());
    const std::string_view part = std::string_view(key).substr(start, end - start);
    if (part.empty() || part == "." || part == ".." || (start == 0 && part == kPartialFolder)) {
      return false;
    }
    start = end + 1;
  }
  return true;
}

/// What stands before the last '/', "" if nothing does.
std::string parent_of(const std::string& key) {
  const size_t slash = key.rfind('/');
  return slash == std::string::npos ? "" : key.substr(0, slash);
}

std::string name_of(const std::string& key) {
  return key.substr(key.rfind('/') + 1);
}

bool sync(int fd) {
  return ::fsync(fd) == 0;
}

}  // namespace

Status FileRoot::create() const {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) {
    return fail(system_error("cannot make folder " + folder_.string(), error.value()));
  }
  auto folder = open_folder();
  if (!folder) {
    return fail(folder.error());
  }
  PartialFile::sweep(folder->get());
  return {};
}

Result<OpenObject> FileRoot::open_object(const std::string& key) const {
  if (!is_key(key)) {
    return fail(Next::kNotFound, "no object '" + key + "': not a key");
  }
  auto folder = open_folder();
  if (!folder) {
    return fail(folder.error());
  }
  OpenObject out;
  // O_NONBLOCK: opening a FIFO that somebody put there must not hang
  out.fd = open_beneath(folder->get(), key, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!out.fd.valid()) {
    const bool no_way = errno == ELOOP || errno == EXDEV || errno == ENOTDIR || errno == ENXIO ||
                        errno == ENAMETOOLONG;
    return fail(about("cannot open", key, no_way ? ENOENT : errno));
  }
  struct stat status {};
  if (::fstat(out.fd.get(), &status) != 0) {
    return fail(about("cannot look at", key, errno));
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(about("cannot open", key, ENOENT));
  }
  out.size = static_cast<uint64_t>(status.st_size);
  out.modified = Utc(std::chrono::seconds(status.st_mtim.tv_sec) +
                     std::chrono::nanoseconds(status.st_mtim.tv_nsec));
  return out;
}

Result<std::string> FileRoot::read(const std::string& key) const {
  auto object = open_object(key);
  if (!object) {
    return fail(object.error());
  }
  std::string out(object->size, '\0');
  for (size_t done = 0; done < out.size();) {
    const ssize_t n = ::read(object->fd.get(), out.data() + done, out.size() - done);
    if (n <= 0) {
      return fail(about("cannot read", key, n == 0 ? EIO : errno));
    }
    done += static_cast<size_t>(n);
  }
  return out;
}

Status FileRoot::write(const std::string& key, const Body& body) const {
  if (!is_key(key)) {
    return fail("'" + key + "' cannot be the key of a file: it has to be relative, without empty " +
                "parts, '.' or '..', and at most " + std::to_string(kMaxKey) + " bytes");
  }
  Status result;
  for (int tries = 0; tries < kRaces; ++tries) {
    result = write_once(key, body);
    if (result || result.error().next != Next::kNotFound) {
      return result;
    }
  }
  return fail(Next::kRetry, result.error().message);
}

Status FileRoot::write_once(const std::string& key, const Body& body) const {
  auto folder = open_folder();
  if (!folder) {
    return fail(folder.error());
  }
  auto parent = make_folders(parent_of(key));
  if (!parent) {
    return fail(parent.error());
  }
  auto file = PartialFile::create(folder->get());
  if (!file) {
    return fail(about("cannot begin", key, file.error()));
  }
  if (const int error = file->append(body); error != 0) {
    return fail(about("cannot write", key, error));
  }
  if (const int error = file->publish(parent->get(), name_of(key)); error != 0) {
    return fail(about("cannot store", key, error));
  }
  return {};
}

Status FileRoot::remove(const std::string& key) const {
  if (!is_key(key)) {
    return {};
  }
  auto folder = open_folder();
  if (!folder) {
    return fail(folder.error());
  }
  std::string path = key;
  for (int flags = 0; !path.empty(); path = parent_of(path), flags = AT_REMOVEDIR) {
    const std::string above = parent_of(path);
    const UniqueFd parent =
        open_beneath(folder->get(), above.empty() ? "." : above, O_PATH | O_DIRECTORY);
    const bool gone = parent.valid() && ::unlinkat(parent.get(), name_of(path).c_str(), flags) == 0;
    if (gone) {
      continue;
    }
    if (flags == 0 && errno != ENOENT && errno != ENOTDIR) {
      return fail(about("cannot remove", key, errno));
    }
    break;
  }
  return {};
}

Result<Listing> FileRoot::list(const std::string& prefix, const std::string& after,
                               size_t limit) const {
  auto folder = open_folder();
  if (!folder) {
    return fail(folder.error());
  }
  return list_folder(std::move(*folder), prefix, after, limit);
}

Result<UniqueFd> FileRoot::open_folder() const {
  // the root itself is the operator's choice and may well be a symbolic link
  UniqueFd fd(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) {
    return fail(system_error("cannot open folder " + folder_.string(), errno));
  }
  return fd;
}

Result<UniqueFd> FileRoot::make_folders(const std::string& parent) const {
  auto at = open_folder();
  if (!at) {
    return at;
  }
  for (size_t start = 0; start < parent.size();) {
    const size_t end = std::min(parent.find('/', start), parent.size());
    const std::string part = parent.substr(start, end - start);
    // a new folder survives a power cut only if the one above is synced too
    if (::mkdirat(at->get(), part.c_str(), 0755) == 0 ? !sync(at->get()) : errno != EEXIST) {
      return fail(about("cannot make folder", parent, errno));
    }
    UniqueFd next = open_beneath(at->get(), part, O_RDONLY | O_DIRECTORY);
    if (!next.valid()) {
      return fail(about("cannot open folder", parent, errno));
    }
    *at = std::move(next);
    start = end + 1;
  }
  return at;
}

Error FileRoot::about(const std::string& what, const std::string& key, int errnum) const {
  return system_error(what + ' ' + (folder_ / key).string(), errnum);
}

}  // namespace sluice::object
