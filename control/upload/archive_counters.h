#pragma once

#include <map>
#include <set>
#include <string>

#include "storage/arena/stats.h"
#include "storage/catalog/catalog.h"

namespace sluice::upload {

/// The streams' counters on control's page.
class ArchiveCounters {
 public:
  /// @param page  outlives this. What a predecessor had taken but not stored will be taken again.
  explicit ArchiveCounters(arena::ControlPage& page);

  /// From now on, only these are counted. Slots of others are given up.
  void keep_only(std::set<std::string> streams);

  void taken(const std::string& stream);
  void stored(const catalog::Segment& segment);

 private:
  arena::StreamArchiveStats* slot(const std::string& stream);

  arena::ControlPage& page_;
  std::set<std::string> counted_;
  std::map<std::string, arena::StreamArchiveStats*> slots_;
};

}  // namespace sluice::upload
