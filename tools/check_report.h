#pragma once

#include <iosfwd>

#include "config/appliance.h"

namespace sluice::tools {

/// Prints what an appliance would use: how packets come in, which CPUs, how much memory for which
/// stream, where the archive goes.
void print_plan(const config::Appliance& appliance, std::ostream& out);

}  // namespace sluice::tools
