#pragma once

#include <map>
#include <string>

#include "storage/arena/stats.h"
#include "storage/catalog/catalog.h"

namespace sluice::upload {

/// The streams' counters on control's page.
class ArchiveCounters {
 public:
  /// @param page  outlives this. What a predecessor had taken but not stored will be taken again.
  explicit ArchiveCounters(arena::ControlPage& page);

  void taken(const std::string& stream);
  void stored(const catalog::Segment& segment);

 private:
  arena::StreamArchiveStats* slot(const std::string& stream);

  arena::ControlPage& page_;
  std::map<std::string, arena::StreamArchiveStats*> slots_;
};

}  // namespace sluice::upload
