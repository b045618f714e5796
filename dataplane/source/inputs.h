#pragma once

#include <memory>
#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"
#include "dataplane/net/membership.h"
#include "dataplane/source/input_plan.h"
#include "dataplane/source/packet_source.h"
#include "dataplane/source/port_keeper.h"

namespace sluice::source {

/// A source, and the input of the plan whose flows it carries.
struct OpenSource {
  std::unique_ptr<PacketSource> source;
  size_t input;
};

/// Every source that streams share, open for as long as this lives: ports, interfaces, a capture.
/// Made and ended by one slow thread, while no lcore polls.
class Inputs {
 public:
  /// Opens what was planned.
  static Result<Inputs> open(const config::Appliance& appliance, const SourcePlan& plan,
                             rte_mempool* pool);

  /// The whole set of groups that are wanted at an input from now on: they are joined, the others
  /// left, and what comes for them is let through. The first failure is told; the rest is done
  /// nevertheless. While packets flow, too.
  Status want(size_t input, const std::vector<net::Group>& groups);

  /// Discards what has arrived on ports since they were opened: it would be stamped with a wrong
  /// time. Right before lcores begin to poll.
  void discard_backlog();

  std::vector<OpenSource>& sources() { return sources_; }

  /// Who keeps the groups of an input, by its index in the plan; null where a file is played.
  net::Membership* membership(size_t input) { return memberships_[input].get(); }
  /// Leaves the groups, so that the network stops sending.
  void leave_groups();
  /// Sends what is due of IGMP and MLD, and looks after the ports. Every 5 ms or so.
  void tick(net::Membership::Monotonic now);

 private:
  Status open_input(const config::Dataplane& dataplane, const InputPlan& input, size_t index,
                    rte_mempool* pool);

  // In this order: sources go before their ports.
  std::vector<PortKeeper> ports_;
  std::vector<OpenSource> sources_;
  std::vector<std::unique_ptr<net::Membership>> memberships_;  // by input
};

}  // namespace sluice::source
