#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::api {

/// `text` in the gzip format (RFC 1952).
std::string gzip(std::string_view text);

/// Whether an Accept-Encoding field allows gzip (RFC 9110, 12.5.3). Without a field: no.
bool accepts_gzip(std::optional<std::string_view> accept_encoding);

}  // namespace sluice::api
