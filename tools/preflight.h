#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/appliance.h"

namespace sluice::tools {

/// What stands in the way of running an appliance on this machine: files, interfaces and memory
/// that are not there. Empty if nothing does. Changes nothing and uses no network.
std::vector<std::string> preflight(const config::Appliance& appliance);

/// Free bytes where a folder lies or would lie; 0 if that cannot be told.
uint64_t free_bytes(std::filesystem::path folder);

}  // namespace sluice::tools
