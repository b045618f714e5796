#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "config/base/digest.h"
#include "dataplane/net/station.h"

/// What hosts and queriers say to each other, the same in IGMP and MLD but for its encoding.
namespace sluice::net {

/// Which version of the protocol, counted from the newest.
enum class Dialect : uint8_t {
  kNewest,  ///< IGMPv3 (RFC 3376), MLDv2 (RFC 3810)
  kOlder,   ///< IGMPv2 (RFC 2236), MLDv1 (RFC 2710)
  kOldest,  ///< IGMPv1 (RFC 1112)
};

/// A querier's question: who wants this group, or any?
struct MembershipQuery {
  Dialect dialect = Dialect::kNewest;
  IpAddress group;                 ///< none = a general query
  std::vector<IpAddress> sources;  ///< not empty = only these matter
  std::chrono::milliseconds max_response{0};
  unsigned robustness = 0;                 ///< 0 = it does not say
  std::chrono::seconds query_interval{0};  ///< 0 = it does not say
};

/// Types of group records, as encoded (RFC 3376, 4.2.12; RFC 3810, 5.2.12).
enum class RecordType : uint8_t {
  kModeIsInclude = 1,
  kModeIsExclude = 2,
  kChangeToInclude = 3,
  kChangeToExclude = 4,
  kAllowNewSources = 5,
  kBlockOldSources = 6,
};

/// A line of a report.
struct GroupRecord {
  RecordType type{};
  IpAddress group;
  std::vector<IpAddress> sources;

  bool operator==(const GroupRecord&) const = default;
};

/// IGMP or MLD on the wire. Reads IP packets and writes whole Ethernet frames, at least 60 bytes
/// long. Pure.
class MembershipProtocol {
 public:
  using Frame = std::vector<uint8_t>;

  virtual ~MembershipProtocol() = default;

  /// Reads a query, validated as the standards demand.
  /// @param packet  from the IP header to the end of what it says to carry
  /// @return nothing for whatever is not a sound query
  virtual std::optional<MembershipQuery> read_query(Bytes packet) const = 0;

  /// Whether membership of this group is reported at all.
  virtual bool is_reported(const IpAddress& group) const = 0;

  /// Reports of the newest version, as few as hold the records. A record that is longer than a
  /// packet is split (RFC 3376, 4.2.16).
  virtual std::vector<Frame> write_records(std::span<const GroupRecord> records) const = 0;

  /// A report of an older version.
  virtual Frame write_report(Dialect dialect, const IpAddress& group) const = 0;
  /// What says in an older version that a group is left: nothing in IGMPv1.
  virtual std::optional<Frame> write_leave(Dialect dialect, const IpAddress& group) const = 0;
};

}  // namespace sluice::net
