#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"
#include "dataplane/net/flow_table.h"
#include "dataplane/net/membership.h"
#include "dataplane/source/device_plan.h"

namespace sluice::source {

/// A place where streams arrive from the network: a DPDK port, an interface under libpcap, or a
/// capture file that stands for one.
struct InputPlan {
  config::Port
      port;  ///< of driver dpdk; else only its name, which is that of the interface or file
  /// The kernel's interface behind it, on which groups are joined; none if the kernel has none.
  std::optional<std::string> interface;
  DevicePlan device;               ///< of driver dpdk
  std::vector<net::Group> groups;  ///< of the streams that are there at the start
};

/// What is to be opened, found out and checked before anything is.
struct SourcePlan {
  std::vector<InputPlan> inputs;
  std::vector<uint32_t> files;   ///< streams whose source is a file
  std::vector<std::string> eal;  ///< EAL's arguments, without the devices of ports
  uint32_t frame_bytes = 2048;   ///< the longest frame that is taken whole
  bool live = false;             ///< any of the inputs is no file
};

/// What a stream takes from the network.
struct StreamFlow {
  net::FlowRule rule;  ///< its `stream` is for the caller to fill
  net::Group group;
};
/// None for a stream whose source is no network.
Result<std::optional<StreamFlow>> flow_of(const config::Stream& stream);
/// Whether a stream from the network may arrive at an input.
bool may_arrive(const config::Stream& stream, const InputPlan& input);
/// Fails if a stream from the network cannot arrive anywhere.
Status check_arrival(const config::Stream& stream, const SourcePlan& plan);

/// Works out the sources of an appliance. Fails on interfaces, ports and rights that are not there.
Result<SourcePlan> plan_sources(const config::Appliance& appliance);

}  // namespace sluice::source
