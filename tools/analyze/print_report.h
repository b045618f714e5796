#pragma once

#include <iosfwd>

#include "tools/analyze/report.h"

namespace sluice::tools::analyze {

/// Prints a report for people.
void print_report(const Json& report, std::ostream& out);
/// The table of indicators alone. @param start  UTC from which `first` and `last` count, or nothing
/// where they count from the beginning of a file
void print_indicators(const Json& indicators, const Json& start, std::ostream& out);

}  // namespace sluice::tools::analyze
