#include "control/api/folder.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sluice::api {
namespace {

/// Folders of temporary files and locks start with a dot; so do `.` and `..`.
bool has_hidden_part(std::string_view name) {
  return name.starts_with('.') || name.find("/.") != std::string_view::npos;
}

int open_beneath(int root, const std::string& name) {
  open_how how{};
  // O_NONBLOCK: opening a FIFO must not wait for its writer
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(syscall(SYS_openat2, root, name.c_str(), &how, sizeof how));
}

}  // namespace

OpenFile::~OpenFile() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

std::string FoundFile::read() const {
  std::string text(size, '\0');
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t got =
        pread(file.fd(), text.data() + done, text.size() - done, static_cast<off_t>(done));
    if (got < 0) {
      throw std::system_error(errno, std::generic_category(), "cannot read a file");
    }
    if (got == 0) {
      break;
    }
    done += static_cast<size_t>(got);
  }
  text.resize(done);
  return text;
}

Result<FoundFile> Folder::open(std::string_view name) const {
  const auto missing = [&] { return fail(Next::kNotFound, "no file " + std::string(name)); };
  if (name.empty() || has_hidden_part(name) || name.find('\0') != std::string_view::npos) {
    return missing();
  }
  const OpenFile root(::open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (root.fd() < 0) {
    return missing();
  }
  OpenFile file(open_beneath(root.fd(), std::string(name)));
  if (file.fd() < 0) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EIO) {
      return fail(system_error("cannot open " + std::string(name), errno));
    }
    return missing();
  }
  struct stat info {};
  if (fstat(file.fd(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return missing();
  }
  return FoundFile{
      .file = std::move(file),
      .size = static_cast<uint64_t>(info.st_size),
      .inode = info.st_ino,
      .modified = Utc(std::chrono::seconds(info.st_mtim.tv_sec) +
                      std::chrono::nanoseconds(info.st_mtim.tv_nsec)),
  };
}

}  // namespace sluice::api
