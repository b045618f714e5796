#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/base/utc.h"

namespace sluice::api {

/// "Sun, 06 Nov 1994 08:49:37 GMT": an IMF-fixdate (RFC 9110, 5.6.7), rounded down to the second.
std::string http_date(Utc utc);

/// Reads an IMF-fixdate. The two obsolete formats are nothing that a client of ours sends.
std::optional<Utc> parse_http_date(std::string_view text);

}  // namespace sluice::api
