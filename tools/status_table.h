#pragma once

#include <iosfwd>

#include "control/api/status.h"

namespace sluice::tools {

/// Prints a status (`api::status_json`) for people.
void print_status(const api::Json& status, std::ostream& out);

}  // namespace sluice::tools
