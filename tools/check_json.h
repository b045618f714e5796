#pragma once

#include <string>
#include <vector>

#include "config/load.h"
#include "control/api/status.h"
#include "dataplane/lcore/plan.h"

namespace sluice::tools {

/// What `check --json` says of a configuration that cannot be loaded:
/// `{ok: false, problems: [{file, line, column, message}]}`.
api::Json problems_json(const std::vector<config::Problem>& problems);

/// What it says of one that can: `{ok, problems: [{message}], notes, driver, interface, ports, eal,
/// lcores, streams, arena, store, control}`. Sizes are in bytes, bitrates in bits a second, times
/// in seconds.
/// @param missing  what stands in the way on this machine
api::Json plan_json(const config::Appliance& appliance, const lcore::LcorePlan& lcores,
                    const std::vector<std::string>& missing);

}  // namespace sluice::tools
