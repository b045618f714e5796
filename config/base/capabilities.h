#pragma once

#include <vector>

#include "config/base/result.h"

namespace sluice {

/// Gives up all of this thread's capabilities (capabilities(7)) but those named, for good, and any
/// way to come by new ones by executing a program. What the thread does not have, it does not get.
/// @param keep  as of linux/capability.h: CAP_NET_RAW
Status keep_capabilities(const std::vector<int>& keep) noexcept;

}  // namespace sluice
