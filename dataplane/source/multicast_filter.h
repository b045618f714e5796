#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "config/appliance.h"
#include "config/base/result.h"
#include "dataplane/net/frame_outlet.h"

struct rte_flow;

namespace sluice::source {

/// The address filter of a NIC that DPDK drives, opened for multicast groups in the narrowest way
/// that the NIC has: by a list of addresses if it takes so many, else for all multicast, else for
/// everything, else, where the driver knows none of these, by a flow rule. Belongs to the slow
/// thread; the port has been started and outlives it.
class MulticastFilter {
 public:
  /// @param name  the port's in the configuration, for messages
  /// @param choice  on: not by list, and failing is an error; off: by list only; auto: as above,
  /// and a device on which nothing can be set is taken to have no filter
  MulticastFilter(std::string name, config::AllMulticast choice)
      : name_(std::move(name)), choice_(choice) {}

  /// Lets frames to these addresses, the whole set, in.
  Status admit(uint16_t port, const std::set<net::MacAddress>& groups);
  /// Forgets what it did to a port that has been made anew.
  void forget() { way_ = Way::kNone; }

 private:
  enum class Way { kNone, kList, kAllMulticast, kPromiscuous, kFlowRule, kNoFilter };
  Way open_wide(uint16_t port);
  void note(Way way, size_t groups);

  std::string name_;
  config::AllMulticast choice_;
  Way way_ = Way::kNone;
};

}  // namespace sluice::source
