#pragma once

#include <iosfwd>

#include "control/api/status.h"
#include "tools/tune/finding.h"

namespace sluice::tools::tune {

/// A line a finding; what is to be done has two more, with what should be and the command for it.
void print_findings(const std::vector<Finding>& findings, std::ostream& out);

/// `[{check, ok, is, should, command}]`, the last two null where all is well.
api::Json findings_json(const std::vector<Finding>& findings);

}  // namespace sluice::tools::tune
