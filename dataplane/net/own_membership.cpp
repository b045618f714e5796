#include "dataplane/net/own_membership.h"

#include "dataplane/net/frame.h"
#include "dataplane/net/igmp.h"
#include "dataplane/net/membership_wire.h"
#include "dataplane/net/mld.h"

namespace sluice::net {
namespace {

/// Where queries come to: all systems, all nodes.
constexpr MacAddress kAllSystems = {0x01, 0x00, 0x5e, 0, 0, 1};
constexpr MacAddress kAllNodes = {0x33, 0x33, 0, 0, 0, 1};

}  // namespace

OwnMembership::OwnMembership(std::unique_ptr<FrameOutlet> outlet, uint32_t seed)
    : outlet_(std::move(outlet)), station_(outlet_->station()), seeds_(seed) {}

std::unique_ptr<MembershipProtocol> OwnMembership::protocol(const Link& link) const {
  if (link.v4) {
    return std::make_unique<Igmp>(station_, link.vlan);
  }
  return std::make_unique<Mld>(station_, link.vlan);
}

MembershipHost& OwnMembership::host(const Link& link) {
  if (const auto found = hosts_.find(link); found != hosts_.end()) {
    return found->second;
  }
  const auto emit = [this](MembershipProtocol::Frame frame) { queue_.push_back(std::move(frame)); };
  return hosts_
      .emplace(std::piecewise_construct, std::forward_as_tuple(link),
               std::forward_as_tuple(protocol(link), static_cast<uint32_t>(seeds_()), emit))
      .first->second;
}

Status OwnMembership::want(std::vector<Group> groups) {
  std::erase_if(groups, [](const Group& group) { return !group.address.is_multicast(); });
  std::map<Link, std::vector<Group>> by_link;
  for (const auto& [link, unused] : hosts_) {
    by_link[link];
  }
  for (const Group& group : groups) {
    by_link[{group.vlan, group.address.is_v4()}].push_back(group);
  }
  Status admitted = admit(groups);
  for (const auto& [link, wanted] : by_link) {
    host(link).want(wanted);
  }
  return admitted;
}

Status OwnMembership::admit(const std::vector<Group>& groups) {
  std::set<MacAddress> addresses;
  for (const Group& group : groups) {
    addresses.insert(wire::multicast_mac(group.address));
    addresses.insert(group.address.is_v4() ? kAllSystems : kAllNodes);
  }
  return outlet_->admit(addresses);
}

Status OwnMembership::rejoin() {
  if (auto reopened = outlet_->reopen(); !reopened) {
    return reopened;
  }
  station_ = outlet_->station();
  for (auto& [link, host] : hosts_) {
    host.start_over(protocol(link));
  }
  return {};
}

void OwnMembership::tick(Monotonic now) {
  constexpr size_t kMostFrames = 32;  // a tick
  for (auto& [link, host] : hosts_) {
    host.tick(now);
  }
  for (size_t sent = 0; sent < kMostFrames && !queue_.empty(); ++sent) {
    outlet_->send(queue_.front());
    queue_.pop_front();
  }
}

void OwnMembership::hear(Bytes frame, uint16_t stripped_vlan, Monotonic now) {
  const Frame parsed = parse_frame(frame, stripped_vlan);
  if (parsed.kind != FrameKind::kMembership) {
    return;
  }
  const Bytes packet = frame.subspan(parsed.payload_offset, parsed.payload_length);
  const auto found = hosts_.find({parsed.vlan, parsed.destination.is_v4()});
  if (found != hosts_.end()) {
    found->second.hear(packet, now);
  }
}

OwnMembership::~OwnMembership() {
  for (auto& [link, host] : hosts_) {
    host.finish();
  }
  for (const auto& frame : queue_) {
    outlet_->send(frame);
  }
}

}  // namespace sluice::net
