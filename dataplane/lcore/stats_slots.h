#pragma once

#include <string_view>

#include "config/base/result.h"
#include "storage/arena/stats.h"

namespace sluice::lcore {

/// The port's counters on the page, where a predecessor left them or in an unused slot.
Result<arena::PortStats*> port_slot(arena::StatsPage& page, std::string_view device);
/// The stream's counters on the page, likewise.
Result<arena::StreamStats*> stream_slot(arena::StatsPage& page, std::string_view name);

/// Counts what a dead predecessor had received and neither committed nor dropped as lost, so that
/// the counters add up again. @return how many datagrams
uint64_t account_for_restart(arena::StatsPage& page);

}  // namespace sluice::lcore
