#pragma once

#include <cstdint>
#include <string>

#include "config/base/result.h"

namespace sluice::source {

/// A network interface of the kernel.
struct Interface {
  std::string name;
  unsigned mtu = 1500;
  bool up = false;
};

/// Looks the interface up. The error lists those that there are.
Result<Interface> find_interface(const std::string& name);

/// Whether this process may open raw sockets; the error says how to get the right.
Status may_capture();

}  // namespace sluice::source
