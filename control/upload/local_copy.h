#pragma once

#include <deque>
#include <filesystem>
#include <string>
#include <string_view>

#include "control/upload/arenas.h"
#include "control/upload/live_window.h"

namespace sluice::upload {

/// A folder that gets what the object store gets of one stream, under the same names without the
/// stream's folder: segments as soon as they are sealed, playlists as they are published. What
/// cannot be written is logged once and left out: the store has it.
class LocalCopy {
 public:
  /// @param folder  empty = there is no copy, and nothing here does anything
  /// @param prefix  what keys have in front and names in the folder do not
  /// @param keep  whether segments stay after they are stored and out of the live window
  LocalCopy(std::filesystem::path folder, std::string prefix, bool keep)
      : folder_(std::move(folder)), prefix_(std::move(prefix)), keep_(keep) {}

  bool removes() const { return !folder_.empty() && !keep_; }
  std::filesystem::path path(std::string_view key) const;

  void segment(const arena::SealedSegment& sealed, const std::string& key);
  void text(const std::string& key, std::string_view text);
  /// Removes segments that left the live window as long ago as the window is wide.
  void slide(const LiveWindow& window);
  /// The end: everything is stored, so nothing has to stay but with `keep`.
  void finish();

 private:
  struct File {
    uint64_t sequence;
    std::filesystem::path path;
  };
  void note(const Status& written);

  std::filesystem::path folder_;
  std::string prefix_;
  bool keep_;
  std::deque<File> segments_;
  std::deque<std::filesystem::path> playlists_;
  std::string told_;
};

}  // namespace sluice::upload
