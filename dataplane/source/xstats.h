#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sluice::source {

/// Which of a driver's own counters are shown, where there are more than `most`: those that tell of
/// loss and damage first, then what is received as a whole, single queues and what is sent last.
/// @return indices of the names, ascending
std::vector<size_t> choose_xstats(const std::vector<std::string>& names, size_t most);

}  // namespace sluice::source
