#pragma once

#include "config/appliance.h"
#include "config/base/clock.h"
#include "control/api/status.h"

namespace sluice::tools::top {

/// What an appliance's pages said at one moment.
struct Look {
  api::Json status;  ///< as `api::status_json` gives it
  bool dataplane_running = false;
  bool control_running = false;
  Utc utc{};
  Clock::Monotonic at{};
};

/// Reads the pages of shared memory anew, so that an appliance that was stopped and started, or is
/// not there yet, is no special case. Needs neither process; takes no lock.
Look look(const config::Appliance& appliance, const Clock& clock);

}  // namespace sluice::tools::top
