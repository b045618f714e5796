#pragma once

#include <spdlog/spdlog.h>

#include <string_view>

namespace sluice {

/// Sends log lines to stderr as `2025-01-16T06:00:00.000Z I [program] text`. Call once, first thing
/// in main. The level comes from SLUICE_LOG (trace, debug, info, warn, error), by default info.
/// Never log on the hot path.
void set_up_log(std::string_view program);

}  // namespace sluice
