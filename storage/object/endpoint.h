#pragma once

#include <string>
#include <string_view>

#include "config/base/result.h"

namespace sluice::object {

/// An S3 server: "https://s3.example.net", "http://[::1]:9000".
struct Endpoint {
  bool tls = false;
  std::string authority;  ///< host, and the port unless it is the scheme's own, as in `Host:`

  std::string url() const { return (tls ? "https://" : "http://") + authority; }
};

/// Fails on what cannot be signed for: another scheme, a user, a path, a query.
Result<Endpoint> parse_endpoint(std::string_view url);

}  // namespace sluice::object
