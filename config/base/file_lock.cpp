#include "config/base/file_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace sluice {
namespace {

/// A classic record lock: it tells the holder's PID to whoever asks, which an open-file-description
/// lock does not. Its one trap, that closing any descriptor of the file gives it up, does not bite:
/// no one else opens these files.
struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

Result<FileLock> FileLock::take(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    return fail(system_error("cannot open lock file " + path.string(), errno));
  }
  struct flock lock = whole_file(F_WRLCK);
  if (::fcntl(fd, F_SETLK, &lock) == 0) {
    return FileLock(fd);
  }
  struct flock holder = whole_file(F_WRLCK);
  ::fcntl(fd, F_GETLK, &holder);
  ::close(fd);
  return fail(path.string() + " is held by process " + std::to_string(holder.l_pid) +
              ": another instance runs on the same arena.path; stop it or choose another path");
}

bool FileLock::held(const std::filesystem::path& path) {
  // To ask takes no right to write, which only the holder's user may have.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return false;
  }
  struct flock probe = whole_file(F_WRLCK);
  const bool asked = ::fcntl(fd, F_GETLK, &probe) == 0;
  ::close(fd);
  return asked && probe.l_type != F_UNLCK;
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileLock::~FileLock() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

}  // namespace sluice
