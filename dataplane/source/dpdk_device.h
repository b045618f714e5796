#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/base/result.h"
#include "dataplane/source/vdev.h"

namespace sluice::source {

/// Makes a virtual device. The error has what its driver said, or names the Debian package that the
/// driver is in.
/// @return DPDK's number of its port
Result<uint16_t> make_device(const Vdev& vdev);

/// Removes a virtual device, open or not.
void remove_device(const std::string& name);

/// Finds a device that EAL made: a NIC, or a virtual device that belongs to no port. The error says
/// why the kernel or another driver has it, or lists what there is.
/// @return DPDK's number of its port
Result<uint16_t> find_device(const std::string& name);

/// Names of the devices that DPDK knows.
std::vector<std::string> dpdk_devices();

}  // namespace sluice::source
