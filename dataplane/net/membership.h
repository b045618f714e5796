#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <vector>

#include "config/base/digest.h"
#include "config/base/result.h"
#include "dataplane/net/ip_address.h"

namespace sluice::net {

/// A multicast group, the source it is wanted from, if only from one, and the VLAN it is wanted in.
struct Group {
  IpAddress address;
  IpAddress source;   ///< none = from anywhere; else source-specific (RFC 4607)
  uint16_t vlan = 0;  ///< 802.1Q identifier; 0 = untagged

  // The check takes the zero that a comparison is held against for a pointer.
  auto operator<=>(const Group&) const = default;  // NOLINT(modernize-use-nullptr): see above
};

/// Keeps the multicast groups of one port joined, so that the network sends them. Whoever keeps
/// them, the kernel or we ourselves, stands behind this. Belongs to the slow thread. Leaves every
/// group when it ends.
class Membership {
 public:
  using Monotonic = std::chrono::steady_clock::time_point;

  Membership() = default;
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;
  virtual ~Membership() = default;

  /// The whole set of groups that are wanted from now on: what is new is joined, what is gone is
  /// left, the rest is untouched. Addresses that are not multicast need no joining and are passed
  /// over, and so is a group that stands in the list twice.
  /// @return the first failure; the others of the set are joined nevertheless, and what failed is
  /// tried again by the next call
  virtual Status want(std::vector<Group> groups) = 0;

  /// Joins everything anew: the interface was deleted and made again, or the link was down.
  virtual Status rejoin() = 0;

  /// To be called every 5 ms or so: sends what is due.
  virtual void tick(Monotonic now) = 0;

  /// Takes a frame of FrameKind::kMembership that has arrived on the port.
  /// @param stripped_vlan  as for `parse_frame`
  virtual void hear(Bytes frame, uint16_t stripped_vlan, Monotonic now) = 0;
};

}  // namespace sluice::net
