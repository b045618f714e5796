#pragma once

#include <string>

#include "config/base/digest.h"

namespace sluice::tools::analyze {

/// A text field of DVB's tables in UTF-8 (EN 300 468, annex A), without control codes. Characters
/// that cannot be told are left out.
std::string dvb_text(Bytes field);

}  // namespace sluice::tools::analyze
