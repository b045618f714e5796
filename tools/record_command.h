#pragma once

#include <CLI/CLI.hpp>

#include "tools/record_plan.h"

namespace sluice::tools {

/// Adds the options of `sluice record` to a command.
void add_record_options(CLI::App& command, RecordOptions& options);

}  // namespace sluice::tools
