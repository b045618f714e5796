#pragma once

#include <nlohmann/json.hpp>

#include "config/appliance.h"
#include "config/base/utc.h"
#include "storage/arena/stats.h"

namespace sluice::api {

/// JSON whose members keep the order in which they were written.
using Json = nlohmann::ordered_json;

/// What a status is made of. Only read; pages may change meanwhile.
struct StatusSources {
  const config::Appliance& appliance;
  const arena::StatsPage* stats = nullptr;      ///< null: no dataplane has run here
  const arena::ControlPage* control = nullptr;  ///< null: no control process has run here
  Utc now{};
};

/// The appliance's status, as `sluice status --json` and `/api/v1/status` give it.
/// `received`, `committed`, `in_flight` and `drops` are in datagrams, `size`, `used` and `bytes` in
/// bytes. Streams come in the order of the configuration, then those that only the pages know.
/// An lcore's `busy_cycles` and `idle_cycles` count up: its busy share is that of what they grew
/// by. `arena.seconds_left` is the free space at the streams' configured bitrates; it and a
/// stream's `lag_seconds` are null when they cannot be known. Any thread.
Json status_json(const StatusSources& sources);

}  // namespace sluice::api
