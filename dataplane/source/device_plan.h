#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"
#include "dataplane/source/interface.h"
#include "dataplane/source/vdev.h"

namespace sluice::source {

/// The device of a port, before it is made.
struct DevicePlan {
  std::string name;                      ///< DPDK's
  std::optional<Vdev> vdev;              ///< as the user has written it, if it is a virtual one
  std::optional<std::string> interface;  ///< the kernel's interface behind it
  /// Whether IGMP and MLD queries that arrive there reach the kernel: drivers other than af_packet
  /// and libpcap take them away.
  bool kernel_hears = true;
  uint32_t frame_bytes = 2048;  ///< what its packet buffers have to hold
  bool own_buffers = false;     ///< in a pool of its own, made anew with it
  bool is_file = false;         ///< it plays a capture, and can wait
};

/// The longest frame that a device takes whole with packet buffers of this size.
uint32_t largest_frame_of(const DevicePlan& plan, uint32_t buffer_bytes);

/// Plans the device of a port, which is one of `vdevs` or a NIC. Fails if the interface behind it
/// is not there, or the driver cannot take its frames or all of its receive queues.
Result<DevicePlan> plan_device(const config::Port& port, const std::vector<Vdev>& vdevs);

/// The device with what the user has left to us: as many queues as the port has, and a ring for the
/// frames of the interface as far as they fit into buffers of this size.
Vdev complete_device(const DevicePlan& plan, const std::optional<Interface>& interface,
                     unsigned queues, uint32_t buffer_bytes);

}  // namespace sluice::source
