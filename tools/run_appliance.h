#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "config/appliance.h"

namespace sluice::tools {

/// Runs an appliance's two processes until SIGINT or SIGTERM, until the time is over, or until all
/// of its files have been played. Prints "ready" on stdout. Once everything is stored nothing stays
/// in shared memory.
/// @param file  the YAML that `appliance` was loaded from, for the two processes
/// @return the exit status
int run_appliance(const config::Appliance& appliance, const std::filesystem::path& file,
                  std::optional<std::chrono::nanoseconds> run_for);

}  // namespace sluice::tools
