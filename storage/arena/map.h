#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include "config/base/result.h"
#include "storage/arena/layout.h"

namespace sluice::arena {

/// An arena file in memory. The table (header, streams, descriptors) is mapped for writing; the
/// payload only on the dataplane's side.
struct ArenaMap {
  enum class Side { kDataplane, kControl };

  Layout layout{};
  Header* header = nullptr;
  StreamEntry* streams = nullptr;
  Descriptor* descriptors = nullptr;
  uint8_t* payload = nullptr;  ///< readable; writable only on the dataplane's side

  ArenaMap() = default;
  ArenaMap(ArenaMap&& other) noexcept { swap(other); }
  ArenaMap& operator=(ArenaMap&& other) noexcept {
    swap(other);
    return *this;
  }
  ~ArenaMap();

  /// Maps an arena file; kNotFound if it is missing, kGiveUp if it is not one of this version.
  static Result<ArenaMap> open(const std::filesystem::path& file, Side side);
  /// Makes an arena file, allocated in full, that appears under its name only once it is complete.
  static Result<ArenaMap> create(const std::filesystem::path& file, const Layout& layout);

  uint8_t* chunk(uint32_t index) const noexcept {
    return payload + uint64_t{index} * layout.chunk_stride;
  }
  /// Chunks that `bytes` bytes take.
  uint64_t chunks_for(uint64_t bytes) const noexcept {
    return (bytes + layout.chunk_bytes - 1) / layout.chunk_bytes;
  }

 private:
  void swap(ArenaMap& other) noexcept;
  static Result<ArenaMap> map(int fd, const Layout& layout, Side side);
};

/// The arena files in a folder, newest last. The newest is the dataplane's; older ones are
/// draining.
std::vector<std::filesystem::path> arena_files(const std::filesystem::path& folder);

/// The name of the file to come after `files`.
std::filesystem::path next_arena_file(const std::filesystem::path& folder,
                                      const std::vector<std::filesystem::path>& files);

}  // namespace sluice::arena
