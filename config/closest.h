#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

/// The word that somebody who wrote `word` most likely meant: the nearest by edit distance (with
/// swapped neighbours), if it is near enough. Empty if none is.
std::string closest(std::string_view word, const std::vector<std::string>& known);

}  // namespace sluice::config
