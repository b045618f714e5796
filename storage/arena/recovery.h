#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/arena/map.h"

namespace sluice::arena {

/// What a dataplane found in the arena that its predecessor left.
struct Recovery {
  bool existed = false;  ///< an arena of this layout was there and goes on in use
  /// Streams of segments that were filling and have been sealed at their last commit.
  std::vector<std::string> sealed_now;
  uint64_t waiting = 0;  ///< segments that control has yet to store, those included
  /// Why an arena of another size goes on in use; empty = it does not.
  std::string kept_for_want_of_memory;
};

/// Sets an arena right that no dataplane is using: numbers catch up, filling segments are sealed at
/// their last commit, released ones become free. @return for each chunk whether a segment holds it
std::vector<bool> recover(ArenaMap& map, Recovery& recovery);

/// Enters the streams of an old arena in a fresh one, so that their numbers go on.
void carry_numbers(const ArenaMap& old, ArenaMap& fresh);

}  // namespace sluice::arena
