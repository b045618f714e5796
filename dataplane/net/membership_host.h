#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <vector>

#include "dataplane/net/membership.h"
#include "dataplane/net/membership_message.h"

namespace sluice::net {

/// The host's side of IGMP (RFC 3376, 5 and 7.2; RFC 2236, 3) or MLD (RFC 3810, 6 and 8.2; RFC
/// 2710, 4) on one link: tells of groups that are joined and left, as often as the robustness
/// variable says, answers queries after a random delay, and speaks the version of the querier. One
/// state machine for both, since they differ by their encodings alone. One thread; its clock is
/// what it is told.
///
/// Reports of other hosts silence nobody (RFC 3376, 7.2.2, leaves that to us): a switch that passes
/// them on, though it should not, must not make us miss a group.
class MembershipHost {
 public:
  using Monotonic = Membership::Monotonic;
  using Frame = MembershipProtocol::Frame;
  using Emit = std::function<void(Frame)>;

  /// @param seed  of the random delays
  /// @param emit  takes frames to be sent, in this order
  MembershipHost(std::unique_ptr<MembershipProtocol> protocol, uint32_t seed, Emit emit);

  /// The whole set of groups that are wanted. A group that is wanted from anywhere and from some
  /// sources is joined from anywhere (RFC 3376, 3.2). Goes out with the next `tick`.
  void want(std::span<const Group> groups);
  /// Takes an IP packet that may be a query.
  void hear(Bytes packet, Monotonic now);
  /// Sends what is due.
  void tick(Monotonic now);
  /// Tells of every group anew, on a link that knows of none, to a querier yet unknown.
  void start_over(std::unique_ptr<MembershipProtocol> protocol);
  /// Leaves everything, at once and as often as the robustness variable says.
  void finish();

 private:
  /// What we tell of a group: INCLUDE of nothing = not joined.
  struct Filter {
    bool everyone = false;  ///< EXCLUDE of nothing
    std::set<IpAddress> sources;

    bool joined() const { return everyone || !sources.empty(); }
    bool operator==(const Filter&) const = default;
  };
  struct GroupState {
    Filter filter;
    // Telling of a change: how often yet, and when next.
    unsigned mode_reports = 0;
    std::map<IpAddress, unsigned> source_reports;
    Monotonic change_at{};
    // Answering a query for this group.
    std::optional<Monotonic> answer_at;
    std::set<IpAddress> asked_sources;  ///< empty = it was asked for the group

    bool changing() const { return mode_reports > 0 || !source_reports.empty(); }
    bool idle() const { return !filter.joined() && !changing() && !answer_at; }
  };
  using Groups = std::map<IpAddress, GroupState>;

  void change(GroupState& state, Filter next);
  void announce(GroupState& state);
  void learn(const MembershipQuery& query, Monotonic now);
  void set_dialect(Monotonic now);
  void ask_for_all(const MembershipQuery& query, Monotonic now, Monotonic at);
  void ask_for(GroupState& state, const MembershipQuery& query, Monotonic at);
  void send_changes(Monotonic now);
  void send_changes_by_group(Monotonic now);
  void send_answers(Monotonic now);
  void find_next_due();
  std::chrono::nanoseconds up_to(std::chrono::nanoseconds most);

  std::unique_ptr<MembershipProtocol> protocol_;
  std::mt19937 random_;
  Emit emit_;
  Groups groups_;
  Dialect dialect_ = Dialect::kNewest;
  std::optional<Monotonic> older_until_;   // a querier of version IGMPv2 or MLDv1 is present
  std::optional<Monotonic> oldest_until_;  // one of IGMPv1
  unsigned robustness_;
  std::chrono::nanoseconds query_interval_;
  std::optional<Monotonic> answer_all_at_;
  Monotonic next_due_ = Monotonic::min();
};

}  // namespace sluice::net
