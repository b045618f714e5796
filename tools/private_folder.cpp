#include "tools/private_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace sluice::tools {

Result<PrivateFolder> PrivateFolder::make() {
  std::error_code error;
  std::filesystem::path parent = "/dev/shm";
  if (!std::filesystem::is_directory(parent, error)) {
    parent = std::filesystem::temp_directory_path(error);
  }
  std::string name = (parent / "sluice-private-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    return fail(system_error("cannot make a folder in " + parent.string(), errno));
  }
  return PrivateFolder(name);
}

PrivateFolder::~PrivateFolder() {
  if (!path_.empty()) {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
}

Result<std::filesystem::path> PrivateFolder::write(const std::string& name,
                                                   const std::string& text) const {
  const auto file = path_ / name;
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    return fail(system_error("cannot write " + file.string(), errno));
  }
  const bool whole = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = errno;
  ::close(fd);
  if (!whole) {
    return fail(system_error("cannot write " + file.string(), error));
  }
  return file;
}

}  // namespace sluice::tools
