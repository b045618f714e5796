#include "tools/segment_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

namespace sluice::tools {

namespace fs = std::filesystem;
using arena::SegmentRecord;

namespace {

std::string segment_name(size_t number) {
  char name[32];
  std::snprintf(name, sizeof name, "segment_%05zu.ts", number);
  return name;
}

}  // namespace

Result<std::unique_ptr<SegmentFolder>> SegmentFolder::create(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail("cannot make the folder " + folder.string() + ": " + error.message());
  std::string hidden = (folder / ".sluice-XXXXXX").string();
  if (::mkdtemp(hidden.data()) == nullptr) {
    return fail(system_error("cannot write into the folder " + folder.string(), errno));
  }
  return std::unique_ptr<SegmentFolder>(new SegmentFolder(folder, hidden));
}

SegmentFolder::SegmentFolder(fs::path folder, fs::path hidden)
    : folder_(std::move(folder)), hidden_(std::move(hidden)) {}

SegmentFolder::~SegmentFolder() {
  std::error_code ignored;
  fs::remove_all(hidden_, ignored);
}

bool SegmentFolder::open(const SegmentRecord& record, Bytes prefix) noexcept {
  if (!status_) return false;
  record_ = record;
  bytes_.assign(prefix.begin(), prefix.end());
  committed_ = 0;
  open_ = true;
  return true;
}

bool SegmentFolder::append(Bytes packets) noexcept {
  bytes_.insert(bytes_.end(), packets.begin(), packets.end());
  return true;
}

bool SegmentFolder::cut(uint64_t offset, const SegmentRecord& next, Bytes prefix) noexcept {
  finish_file(offset);
  if (!status_) return false;
  record_ = next;
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
  bytes_.insert(bytes_.begin(), prefix.begin(), prefix.end());
  committed_ = 0;
  open_ = true;
  return true;
}

void SegmentFolder::seal() noexcept {
  open_ = false;
  if (committed_ > 0) finish_file(committed_);
}

void SegmentFolder::finish_file(uint64_t size) noexcept {
  open_ = false;
  const std::string name = segment_name(files_.size());
  status_ = write(name, Bytes(bytes_).first(size));
  if (status_) files_.push_back({name, size, record_});
}

Status SegmentFolder::write(const std::string& name, Bytes bytes) const {
  const fs::path path = hidden_ / name;
  const auto failed = [&] { return fail(system_error("cannot write " + path.string(), errno)); };
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return failed();
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      Status status = failed();
      ::close(fd);
      return status;
    }
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return ::close(fd) == 0 ? Status() : failed();
}

Status SegmentFolder::add(const std::string& name, const std::string& text) {
  Status status = write(name, as_bytes(text));
  if (status) others_.push_back(name);
  return status;
}

Status SegmentFolder::publish() {
  std::error_code error;
  std::vector<std::string> names;
  for (const SegmentFile& file : files_) names.push_back(file.name);
  names.insert(names.end(), others_.begin(), others_.end());
  for (const std::string& name : names) {
    fs::rename(hidden_ / name, folder_ / name, error);
    if (error) return fail("cannot write " + (folder_ / name).string() + ": " + error.message());
  }
  for (size_t stale = files_.size(); fs::remove(folder_ / segment_name(stale), error);) ++stale;
  return {};
}

}  // namespace sluice::tools
