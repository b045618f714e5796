#pragma once

#include <memory>

#include "dataplane/net/membership.h"

namespace sluice::net {

/// Untagged groups kept by one, tagged ones by another: the kernel may hear the queries of an
/// interface and have none for its VLANs.
class SplitMembership final : public Membership {
 public:
  SplitMembership(std::unique_ptr<Membership> untagged, std::unique_ptr<Membership> tagged)
      : untagged_(std::move(untagged)), tagged_(std::move(tagged)) {}

  Status want(std::vector<Group> groups) override {
    std::vector<Group> tagged;
    for (const Group& group : groups) {
      if (group.vlan != 0) {
        tagged.push_back(group);
      }
    }
    std::erase_if(groups, [](const Group& group) { return group.vlan != 0; });
    return first_of(untagged_->want(std::move(groups)), tagged_->want(std::move(tagged)));
  }
  Status rejoin() override { return first_of(untagged_->rejoin(), tagged_->rejoin()); }
  void tick(Monotonic now) override {
    untagged_->tick(now);
    tagged_->tick(now);
  }
  void hear(Bytes frame, uint16_t stripped_vlan, Monotonic now) override {
    untagged_->hear(frame, stripped_vlan, now);
    tagged_->hear(frame, stripped_vlan, now);
  }

 private:
  static Status first_of(const Status& one, const Status& other) { return one ? other : one; }

  std::unique_ptr<Membership> untagged_;
  std::unique_ptr<Membership> tagged_;
};

}  // namespace sluice::net
