#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "config/base/result.h"
#include "tools/analyze/report.h"

namespace sluice::tools::analyze {

/// What the appliance that runs with a configuration has counted of one of its streams, since it
/// first had it. `first` and `last` of its indicators are UTC.
Result<Json> running_stream(const std::filesystem::path& config, const std::string& name);

/// The same for people.
void print_running(const Json& report, std::ostream& out);

}  // namespace sluice::tools::analyze
