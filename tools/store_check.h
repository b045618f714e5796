#pragma once

#include "config/appliance.h"
#include "config/base/result.h"

namespace sluice::tools {

/// Asks the object store, before anything is started, whether it takes our credentials and has or
/// lets us make the bucket. Fails only if it answers and refuses. One that does not answer within
/// seconds is no reason not to capture: control goes on trying.
Status store_accepts(const config::Appliance& appliance);

/// Asks the object store for the bucket's first keys, and changes nothing. Fails if it refuses or
/// does not answer within seconds. A bucket that is missing is fine: it will be made.
Status store_answers(const config::Appliance& appliance);

}  // namespace sluice::tools
