#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/base/result.h"

namespace sluice::source {

/// A network interface of the kernel.
struct Interface {
  std::string name;
  unsigned index = 0;  ///< another one each time an interface of that name is made
  unsigned mtu = 1500;
  bool up = false;       ///< it is to work
  bool running = false;  ///< it does: there is a carrier, too
  uint32_t speed_mbps = 0;
  unsigned receive_queues = 1;
  unsigned combined_queues = 1;  ///< those of them that are transmit queues as well
};

/// Looks the interface up; none if there is none.
std::optional<Interface> look_up(const std::string& name);

/// Looks the interface up. The error lists those that there are.
Result<Interface> find_interface(const std::string& name);

/// Whether this process may open raw sockets; the error says how to get the right.
Status may_capture();

}  // namespace sluice::source
