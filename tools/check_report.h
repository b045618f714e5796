#pragma once

#include <iosfwd>

#include "config/appliance.h"
#include "dataplane/lcore/plan.h"

namespace sluice::tools {

/// Prints what an appliance would use: how packets come in, which CPUs, how much memory for which
/// stream, where the archive goes.
void print_plan(const config::Appliance& appliance, const lcore::LcorePlan& lcores,
                std::ostream& out);

}  // namespace sluice::tools
