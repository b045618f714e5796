#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "config/base/result.h"
#include "storage/arena/command.h"

namespace sluice::tools {

/// What has been added, changed and removed, a line a stream, and what is still to begin.
void print_change(const arena::CommandAnswer& answer, std::ostream& out);

/// Prints what the dataplane answered to a change, once sluice-control has taken it up, too, if it
/// runs. @return the exit status
int report_change(const Result<arena::CommandAnswer>& answer, const std::filesystem::path& folder,
                  bool json);

}  // namespace sluice::tools
