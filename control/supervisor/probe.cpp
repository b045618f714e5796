#include "control/supervisor/probe.h"

#include "storage/arena/stats.h"

namespace sluice::supervisor {
namespace {

// Opened anew for each question: the page may not be there yet, or be replaced.
Result<arena::StatsFile> stats(const std::filesystem::path& folder) {
  return arena::StatsFile::read(arena::stats_path(folder));
}

Result<arena::ControlFile> control(const std::filesystem::path& folder) {
  return arena::ControlFile::read(arena::control_page_path(folder));
}

}  // namespace

void PageProbe::begin() {
  const auto dataplane_page = stats(folder_);
  starts_before_ = dataplane_page ? (*dataplane_page)->starts.get() : 0;
  const auto control_page = control(folder_);
  heartbeat_before_ = control_page ? (*control_page)->heartbeat_ns.get() : 0;
}

bool PageProbe::control_ready() {
  const auto page = control(folder_);
  return page && (*page)->heartbeat_ns.get() != heartbeat_before_;
}

bool PageProbe::dataplane_ready() {
  const auto page = stats(folder_);
  return page && (*page)->starts.get() != starts_before_ && (*page)->ready.get() == 1;
}

bool PageProbe::sources_ended() {
  const auto page = stats(folder_);
  return page && (*page)->starts.get() != starts_before_ && (*page)->sources_ended.get() == 1;
}

uint64_t PageProbe::segments_waiting() {
  const auto page = control(folder_);
  return page ? (*page)->segments_waiting.get() : 0;
}

}  // namespace sluice::supervisor
