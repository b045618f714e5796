#pragma once

#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"

namespace sluice::lcore {

/// What one worker lcore does.
struct WorkerPlan {
  unsigned cpu = 0;
  bool receives = false;  ///< live sources; files too, unless a worker is set apart for them
  bool segments = false;
  bool reads_files = false;  ///< set apart, so that a slow disk does not hold up a port
};

/// Which CPU does what. Lcores may share a CPU, and one worker may have both roles.
struct LcorePlan {
  unsigned main_cpu = 0;
  std::vector<WorkerPlan> workers;
};

/// The CPUs that this process may run on.
std::vector<unsigned> usable_cpus();

/// Lays out the lcores: as configured, or, where the configuration is silent, for the CPUs there
/// are, of which one is enough. Fails on CPUs that this process may not use.
/// @param files_apart  whether files are read beside live sources
Result<LcorePlan> plan_lcores(const config::Lcores& lcores, const std::vector<unsigned>& usable,
                              bool files_apart);

}  // namespace sluice::lcore
