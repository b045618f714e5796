#include "control/upload/local_copy.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "control/upload/atomic_file.h"

namespace sluice::upload {

std::filesystem::path LocalCopy::path(std::string_view key) const {
  return folder_ / key.substr(key.starts_with(prefix_) ? prefix_.size() : 0);
}

void LocalCopy::segment(const arena::SealedSegment& sealed, const std::string& key) {
  if (folder_.empty()) {
    return;
  }
  note(write_file(path(key), sealed.payload));
  if (removes()) {
    segments_.push_back({sealed.sequence, path(key)});
  }
}

void LocalCopy::text(const std::string& key, std::string_view text) {
  if (folder_.empty()) {
    return;
  }
  const auto file = path(key);
  note(write_file(file, text));
  if (std::ranges::find(playlists_, file) == playlists_.end()) {
    playlists_.push_back(file);
  }
}

void LocalCopy::slide(const LiveWindow& window) {
  if (!removes()) {
    return;
  }
  const uint64_t width = window.next() - window.first();
  while (!segments_.empty() && segments_.front().sequence + width < window.first()) {
    std::error_code ignored;
    std::filesystem::remove(segments_.front().path, ignored);
    segments_.pop_front();
  }
}

void LocalCopy::finish() {
  if (!removes()) {
    return;
  }
  std::error_code ignored;
  for (const File& file : segments_) {
    std::filesystem::remove(file.path, ignored);
  }
  for (const auto& file : playlists_) {
    std::filesystem::remove(file, ignored);
  }
  segments_.clear();
  playlists_.clear();
}

void LocalCopy::note(const Status& written) {
  if (!written && told_ != written.error().message) {
    told_ = written.error().message;
    spdlog::error("local copy: {}", told_);
  }
}

}  // namespace sluice::upload
