#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/arena/reader.h"

namespace sluice::upload {

/// Names a sealed segment among all arenas.
struct SegmentRef {
  uint64_t arena = 0;
  arena::SegmentHandle handle;
  auto operator<=>(const SegmentRef&) const = default;
};

struct TakenSegment {
  SegmentRef ref;
  arena::SealedSegment sealed;
};

/// All arena files in the appliance's folder: the one that the dataplane fills, and older ones that
/// are draining. One thread.
class Arenas {
 public:
  explicit Arenas(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Attaches to files that have appeared and removes old ones that are empty. False if one could
  /// not be attached to (logged once); what it holds is not seen until it can.
  bool scan();

  /// Sealed segments that no call returned before: older arenas first, and in each the oldest first
  /// within a stream. Their payload stays until they are released.
  std::vector<TakenSegment> take_sealed();
  void release(const SegmentRef& ref);

  /// Streams that want to know where their numbers go on, each once for every time it asks.
  std::vector<StreamId> unseeded();
  void seed(const StreamId& stream, const arena::Seed& seed);

  /// Whether a dataplane is running now.
  bool dataplane_runs() const;

 private:
  void remove_drained();

  std::filesystem::path folder_;
  std::map<uint64_t, std::unique_ptr<arena::ArenaReader>> readers_;  // in the order of age
  std::map<std::filesystem::path, std::string> refused_;  // files that cannot be attached
  uint64_t next_id_ = 0;
};

}  // namespace sluice::upload
