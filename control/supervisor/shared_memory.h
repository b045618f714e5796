#pragma once

#include <filesystem>

#include "config/base/result.h"

namespace sluice::supervisor {

/// Removes what an appliance keeps in its folder of shared memory, and the folder if it is then
/// empty. Refuses while a process of the appliance runs, and while segments wait in an arena.
Status remove_shared_memory(const std::filesystem::path& folder);

}  // namespace sluice::supervisor
