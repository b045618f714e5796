#pragma once

#include <list>
#include <map>
#include <string>

#include "dataplane/net/membership.h"

namespace sluice::net {

/// Groups joined on an interface by the kernel, which sends the reports and answers IGMP and MLD
/// queries. Nothing is received here: the sockets have no port. The kernel leaves the groups when
/// the process dies, however it dies. Untagged groups only: others are passed over.
class KernelMembership final : public Membership {
 public:
  explicit KernelMembership(std::string interface) : interface_(std::move(interface)) {}
  ~KernelMembership() override;

  Status want(std::vector<Group> groups) override;
  Status rejoin() override;
  void tick(Monotonic) override {}
  void hear(Bytes, uint16_t, Monotonic) override {}

 private:
  /// A socket may have 20 memberships (net.ipv4.igmp_max_memberships), and a group either from
  /// anywhere or from some sources, so there are as many sockets as it takes.
  struct Socket {
    int fd;
    bool v4;
    bool full = false;
    size_t groups = 0;
  };
  using Sockets = std::list<Socket>;

  Status join(unsigned index, const Group& group);
  void leave(const Group& group, Sockets::iterator socket);
  void close_all();

  std::string interface_;
  std::vector<Group> wanted_;
  Sockets sockets_;
  std::map<Group, Sockets::iterator> joined_;
  unsigned index_ = 0;
};

}  // namespace sluice::net
