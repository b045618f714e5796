#pragma once

#include <optional>

#include "config/base/result.h"
#include "config/base/utc.h"
#include "control/api/http.h"

namespace sluice::api {

/// A parameter of the query as a time in RFC 3339; nothing if it is not there. A `+` in front of an
/// offset may stand unescaped.
Result<std::optional<Utc>> query_time(const Request& request, const char* name);

}  // namespace sluice::api
