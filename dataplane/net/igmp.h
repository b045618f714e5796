#pragma once

#include "dataplane/net/membership_message.h"

namespace sluice::net {

/// IGMP, versions 1 to 3 (RFC 1112, RFC 2236, RFC 3376). Sent with TTL 1, precedence
/// internetwork control and the router alert option.
class Igmp final : public MembershipProtocol {
 public:
  /// @param vlan  0 = untagged
  Igmp(const Station& station, uint16_t vlan) : station_(station), vlan_(vlan) {}

  /// A router alert option is not demanded: many switches leave it out, and all that its absence
  /// could let through is a forged question.
  std::optional<MembershipQuery> read_query(Bytes packet) const override;
  /// Groups of the local network control block, 224.0.0.0/24, are not: switches always pass them
  /// (RFC 4541, 2.1.2).
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
