#pragma once

#include "dataplane/net/membership_message.h"

namespace sluice::net {

/// MLD, versions 1 and 2 (RFC 2710, RFC 3810). Sent with hop limit 1 and the router alert option in
/// a hop-by-hop header.
class Mld final : public MembershipProtocol {
 public:
  /// @param vlan  0 = untagged
  Mld(const Station& station, uint16_t vlan) : station_(station), vlan_(vlan) {}

  std::optional<MembershipQuery> read_query(Bytes packet) const override;
  /// All nodes, ff02::1, and scopes that do not leave the node are not (RFC 3810, 6).
  bool is_reported(const IpAddress& group) const override;
  std::vector<Frame> write_records(std::span<const GroupRecord> records) const override;
  Frame write_report(Dialect dialect, const IpAddress& group) const override;
  std::optional<Frame> write_leave(Dialect dialect, const IpAddress& group) const override;

 private:
  Frame frame(const IpAddress& to, std::vector<uint8_t> message) const;
  Frame short_message(uint8_t type, const IpAddress& group, const IpAddress& to) const;

  Station station_;
  uint16_t vlan_;
};

}  // namespace sluice::net
