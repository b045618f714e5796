#pragma once

#include <string>
#include <string_view>

#include "control/api/http.h"
#include "storage/object/file_root.h"

namespace sluice::api {

/// Hands out a file: validators, conditional requests (RFC 9110, 13), one range (14), the type by
/// its name, CORS. Playlists are never cached and go out gzipped to those who accept it; segments
/// never change and are cached for good.
Response file_response(const Request& request, std::string_view name, object::OpenObject file);

/// A playlist made for this request: never cached, gzipped to those who accept it, CORS.
Response playlist_response(const Request& request, std::string playlist);

/// What lets a page of any origin read a response.
void allow_any_origin(Response& response);

/// The answer to a preflight request for media (Fetch standard, 3.3.2).
Response preflight_response();

}  // namespace sluice::api
