#include "control/upload/atomic_file.h"

#include <cerrno>
#include <fstream>

namespace sluice::upload {

Status write_file(const std::filesystem::path& file, std::span<const Bytes> pieces) {
  std::error_code failed;
  std::filesystem::create_directories(file.parent_path(), failed);
  if (failed) {
    return fail("cannot make the folder " + file.parent_path().string() + ": " + failed.message());
  }
  const std::filesystem::path fresh = file.string() + ".new";
  errno = 0;
  std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
  for (const Bytes& piece : pieces) {
    out.write(reinterpret_cast<const char*>(piece.data()),
              static_cast<std::streamsize>(piece.size()));
  }
  out.close();
  if (!out) {
    Error error = system_error("cannot write " + fresh.string(), errno);
    std::filesystem::remove(fresh, failed);
    return fail(std::move(error));
  }
  std::filesystem::rename(fresh, file, failed);
  if (failed) {
    return fail("cannot replace " + file.string() + ": " + failed.message());
  }
  return {};
}

Status write_file(const std::filesystem::path& file, std::string_view text) {
  const Bytes piece = as_bytes(text);
  return write_file(file, std::span(&piece, 1));
}

}  // namespace sluice::upload
