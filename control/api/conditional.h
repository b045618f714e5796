#pragma once

#include <string>

#include "config/base/utc.h"
#include "control/api/http.h"

namespace sluice::api {

/// What identifies a version of a resource.
struct Validators {
  std::string etag;  ///< strong, quoted
  Utc modified{};
};

/// Whether the client's copy is current, so that 304 is the answer: If-None-Match, or without it
/// If-Modified-Since (RFC 9110, 13.1.2 and 13.1.3).
bool is_unchanged(const Request& request, const Validators& validators);

/// Whether a Range field counts: there is no If-Range, or it names this version (RFC 9110, 13.1.5).
bool range_applies(const Request& request, const Validators& validators);

}  // namespace sluice::api
