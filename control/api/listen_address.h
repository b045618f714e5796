#pragma once

#include <cstdint>
#include <string>

#include "config/base/result.h"
#include "storage/object/unique_fd.h"

namespace sluice::api {

/// A listening TCP socket and the port it has.
struct Listener {
  object::UniqueFd socket;
  uint16_t port = 0;
};

/// Listens on "127.0.0.1:3001", "0.0.0.0:3001" or "[::]:3001" (which takes IPv4 as well); port 0 is
/// any free one. Numeric addresses only. The socket does not block. Fails saying which address,
/// why, and what to do.
Result<Listener> listen_on(const std::string& address);

}  // namespace sluice::api
