#pragma once

#include <string>

#include "config/appliance.h"

namespace sluice::config {

/// The appliance as YAML that `load_text` reads back to the same, for programs that make up a
/// configuration and hand it on. Credentials that are held inline are left out: put them in a file.
/// EAL arguments and ports are left out if `dataplane.interface` stands for them.
std::string to_yaml(const Appliance& appliance);

/// A stream as an item of `streams`, with all its keys, in one line without a newline.
std::string to_line(const Stream& stream);

}  // namespace sluice::config
