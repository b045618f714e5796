#include "tools/top/look.h"

#include "config/base/file_lock.h"
#include "storage/arena/stats.h"

namespace sluice::tools::top {

Look look(const config::Appliance& appliance, const Clock& clock) {
  const std::filesystem::path& folder = appliance.arena.path;
  const auto stats = arena::StatsFile::read(arena::stats_path(folder));
  const auto control = arena::ControlFile::read(arena::control_page_path(folder));
  Look seen;
  seen.utc = clock.now();
  seen.at = clock.monotonic();
  seen.dataplane_running = FileLock::held(arena::dataplane_lock_path(folder));
  seen.control_running = FileLock::held(arena::control_lock_path(folder));
  seen.status = api::status_json({.appliance = appliance,
                                  .stats = stats ? &**stats : nullptr,
                                  .control = control ? &**control : nullptr,
                                  .now = seen.utc});
  return seen;
}

}  // namespace sluice::tools::top
