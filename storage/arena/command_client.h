#pragma once

#include <chrono>
#include <filesystem>

#include "config/base/result.h"
#include "storage/arena/command.h"

namespace sluice::arena {

/// Asks the dataplane of an appliance. Blocking; any thread.
/// @param folder  `arena.path`
/// @return its answer, which may be a refusal; an error (kNotFound) if no dataplane listens there,
/// or if it did not answer in time
Result<CommandAnswer> ask_dataplane(const std::filesystem::path& folder,
                                    const CommandRequest& request,
                                    std::chrono::milliseconds patience = std::chrono::seconds(30));

}  // namespace sluice::arena
