#pragma once

#include <string>

#include "control/api/status.h"

namespace sluice::api {

inline constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

/// The same counters as the status, and the lcores', in Prometheus' text format. Any thread.
std::string metrics_text(const StatusSources& sources);

}  // namespace sluice::api
