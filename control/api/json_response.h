#pragma once

#include <string_view>

#include "control/api/http.h"
#include "control/api/status.h"

namespace sluice::api {

/// 200 with `json`, never cached.
Response json_response(const Json& json);

/// `{"error": message}` with an error status.
Response error_response(unsigned status, std::string_view message);

/// The response that fits an Error: 404, 503 for what may go away, else 500.
Response error_response(const Error& error);

}  // namespace sluice::api
