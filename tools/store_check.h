#pragma once

#include "config/appliance.h"
#include "config/base/result.h"

namespace sluice::tools {

/// Asks the object store, before anything is started, whether it takes our credentials and has or
/// lets us make the bucket. Fails only if it answers and refuses. One that does not answer within
/// seconds is no reason not to capture: control goes on trying.
Status store_accepts(const config::Appliance& appliance);

}  // namespace sluice::tools
