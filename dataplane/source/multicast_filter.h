#pragma once

#include <set>
#include <string>

#include "config/appliance.h"
#include "config/base/result.h"
#include "dataplane/net/frame_outlet.h"

namespace sluice::source {

/// What can be done to the address filter of a NIC. Each says whether the NIC has done it.
class FilterControls {
 public:
  virtual ~FilterControls() = default;
  virtual bool set_list(const std::set<net::MacAddress>& groups) = 0;
  virtual bool let_all_multicast_in() = 0;
  virtual bool let_everything_in() = 0;
  /// A rule that brings multicast to our queues.
  virtual bool add_flow_rule() = 0;
};

/// The address filter of a NIC, opened for multicast groups in the narrowest way
/// that the NIC has: by a list of addresses if it takes so many, else for all multicast, else for
/// everything, else, where the driver knows none of these, by a flow rule. Belongs to the slow
/// thread.
class MulticastFilter {
 public:
  /// @param name  the port's in the configuration, for messages
  /// @param choice  on: not by list, and failing is an error; off: by list only; auto: as above,
  /// and a device on which nothing can be set is taken to have no filter
  MulticastFilter(std::string name, config::AllMulticast choice)
      : name_(std::move(name)), choice_(choice) {}

  /// Lets frames to these addresses, the whole set, in.
  Status admit(FilterControls& nic, const std::set<net::MacAddress>& groups);

  /// Forgets what it did to a port that may have been made anew.
  void forget() { way_ = Way::kNone; }

 private:
  enum class Way { kNone, kList, kAllMulticast, kPromiscuous, kFlowRule, kNoFilter };
  Way open_wide(FilterControls& nic);
  void note(Way way, size_t groups);

  std::string name_;
  config::AllMulticast choice_;
  Way way_ = Way::kNone;
};

}  // namespace sluice::source
