#pragma once

#include <vector>

#include "config/appliance.h"

namespace sluice {

/// The capabilities that the slow thread keeps while packets flow: those without which it could not
/// make a port anew whose interface went away, and none where all sources are files. Run by root,
/// also the one by which root reads what others own: the configuration, when it is read again.
std::vector<int> rights_while_capturing(const config::Appliance& appliance);

}  // namespace sluice
