#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/base/result.h"
#include "dataplane/net/ip_address.h"

namespace sluice::net {

/// A multicast group, and the source it is wanted from, if only from one.
struct Group {
  IpAddress address;
  IpAddress source;  ///< none = from anywhere; else source-specific (RFC 4607)

  auto operator<=>(const Group&) const = default;
};

/// Multicast groups joined on an interface by the kernel, which answers IGMP and MLD queries for
/// as long as this lives. Nothing is received here: the sockets have no port. One thread.
class Memberships {
 public:
  /// Joins the groups, all or none. The kernel limits memberships a socket (net.ipv4.
  /// igmp_max_memberships, 20 by default), so there are as many sockets as it takes.
  /// Addresses that are not multicast need no joining and are passed over.
  static Result<Memberships> join(const std::string& interface, std::vector<Group> groups);

  Memberships(Memberships&& other) noexcept : sockets_(std::exchange(other.sockets_, {})) {}
  Memberships& operator=(Memberships&& other) noexcept {
    std::swap(sockets_, other.sockets_);
    return *this;
  }
  /// Leaves the groups.
  ~Memberships();

 private:
  Memberships() = default;
  std::vector<int> sockets_;
};

}  // namespace sluice::net
