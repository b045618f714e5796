#pragma once

#include <iosfwd>

#include "tools/top/picture.h"

namespace sluice::tools {

/// Prints a status for people: totals of counters, and rates between the picture's two looks.
void print_status(const top::Picture& picture, std::ostream& out);

}  // namespace sluice::tools
