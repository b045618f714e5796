#pragma once

#include <deque>
#include <map>
#include <memory>
#include <random>

#include "dataplane/net/frame_outlet.h"
#include "dataplane/net/membership.h"
#include "dataplane/net/membership_host.h"

namespace sluice::net {

/// Groups that we keep joined ourselves, by IGMP and MLD of our own, on a port of which the kernel
/// sees nothing, or in VLANs that it has no interface for. Leaves are sent when this ends.
class OwnMembership final : public Membership {
 public:
  /// @param seed  of the random delays; differs from appliance to appliance
  OwnMembership(std::unique_ptr<FrameOutlet> outlet, uint32_t seed);
  ~OwnMembership() override;

  Status want(std::vector<Group> groups) override;
  Status rejoin() override;
  void tick(Monotonic now) override;
  void hear(Bytes frame, uint16_t stripped_vlan, Monotonic now) override;

 private:
  /// A link: IPv4 and IPv6 of each VLAN are worlds apart.
  struct Link {
    uint16_t vlan;
    bool v4;
    // The check takes the zero that a comparison is held against for a pointer.
    auto operator<=>(const Link&) const = default;  // NOLINT(modernize-use-nullptr): see above
  };
  std::unique_ptr<MembershipProtocol> protocol(const Link& link) const;
  MembershipHost& host(const Link& link);
  Status admit(const std::vector<Group>& groups);

  std::unique_ptr<FrameOutlet> outlet_;
  Station station_;
  std::mt19937 seeds_;
  std::map<Link, MembershipHost> hosts_;
  std::deque<MembershipProtocol::Frame> queue_;  // paced, since a port's queue is short
};

}  // namespace sluice::net
