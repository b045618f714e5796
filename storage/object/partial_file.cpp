#include "storage/object/partial_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "config/base/digest.h"

namespace sluice::object {
namespace {

UniqueFd open_partial_folder(int folder) {
  const std::string name(kPartialFolder);
  return UniqueFd(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

std::string random_name() {
  std::array<uint8_t, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    panic("the kernel gave no random bytes");
  }
  return hex(bytes);
}

int write_all(int fd, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n < 0) {
      return errno;
    }
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return 0;
}

}  // namespace

tl::expected<PartialFile, int> PartialFile::create(int folder) {
  const std::string folder_name(kPartialFolder);
  if (::mkdirat(folder, folder_name.c_str(), 0755) != 0 && errno != EEXIST) {
    return tl::make_unexpected(errno);
  }
  UniqueFd inside = open_partial_folder(folder);
  if (!inside.valid()) {
    return tl::make_unexpected(errno);
  }
  std::string name = random_name();
  UniqueFd fd(::openat(inside.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!fd.valid() || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return tl::make_unexpected(errno);
  }
  return PartialFile(std::move(inside), std::move(fd), std::move(name));
}

void PartialFile::sweep(int folder) {
  UniqueFd inside = open_partial_folder(folder);
  if (!inside.valid()) {
    return;
  }
  DIR* entries = ::fdopendir(::fcntl(inside.get(), F_DUPFD_CLOEXEC, 0));
  if (entries == nullptr) {
    return;
  }
  while (const dirent* entry = ::readdir(entries)) {
    const UniqueFd fd(
        ::openat(inside.get(), entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (fd.valid() && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
      ::unlinkat(inside.get(), entry->d_name, 0);
    }
  }
  ::closedir(entries);
}

PartialFile::~PartialFile() {
  if (fd_.valid() && !name_.empty()) {
    ::unlinkat(folder_.get(), name_.c_str(), 0);
  }
}

int PartialFile::append(const Body& body) {
  for (const Bytes& piece : body) {
    if (const int error = write_all(fd_.get(), piece); error != 0) {
      return error;
    }
  }
  return 0;
}

int PartialFile::publish(int parent, const std::string& name) {
  if (::fsync(fd_.get()) != 0 ||
      ::renameat(folder_.get(), name_.c_str(), parent, name.c_str()) != 0) {
    return errno;
  }
  name_.clear();
  return ::fsync(parent) == 0 ? 0 : errno;
}

}  // namespace sluice::object
