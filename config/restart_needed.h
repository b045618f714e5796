#pragma once

#include <string>
#include <vector>

#include "config/appliance.h"

namespace sluice::config {

/// The settings in which two configurations differ and that a running process cannot change, by
/// their names in the file: "dataplane.lcores", "arena.size". Everything but `streams` and
/// `defaults` is such. Sections that belong to sluice-control alone are in it, too.
std::vector<std::string> restart_needed(const Appliance& running, const Appliance& wanted);

}  // namespace sluice::config
