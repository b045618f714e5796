#pragma once

#include <string>
#include <string_view>

namespace sluice::object {

/// Percent-encodes all but RFC 3986's unreserved characters, in upper-case hex, as SigV4 does for
/// query names and values.
std::string uri_encode(std::string_view text);

/// The same, with '/' kept: for paths and keys.
std::string uri_encode_path(std::string_view path);

/// Undoes percent-encoding; a '%' that begins no pair of hex digits stands for itself.
std::string uri_decode(std::string_view text);

}  // namespace sluice::object
