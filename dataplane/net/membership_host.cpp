#include "dataplane/net/membership_host.h"

#include <algorithm>
#include <iterator>

namespace sluice::net {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

// RFC 3376, 8, and RFC 3810, 9: the same in both.
constexpr unsigned kRobustness = 2;
constexpr nanoseconds kQueryInterval = 125s;
constexpr nanoseconds kUnsolicitedReportInterval = 1s;
constexpr nanoseconds kOlderUnsolicitedReportInterval = 10s;  // RFC 2236, 8.10; RFC 2710, 7.10

std::vector<IpAddress> list(const std::set<IpAddress>& set) {
  return {set.begin(), set.end()};
}

GroupRecord current_state(const IpAddress& group, bool everyone,
                          const std::set<IpAddress>& sources) {
  return {everyone ? RecordType::kModeIsExclude : RecordType::kModeIsInclude, group, list(sources)};
}

}  // namespace

MembershipHost::MembershipHost(std::unique_ptr<MembershipProtocol> protocol, uint32_t seed,
                               Emit emit)
    : protocol_(std::move(protocol)),
      random_(seed),
      emit_(std::move(emit)),
      robustness_(kRobustness),
      query_interval_(kQueryInterval) {}

/// More than nothing, at most `most`.
nanoseconds MembershipHost::up_to(nanoseconds most) {
  if (most <= 0ns) {
    return 0ns;
  }
  return nanoseconds(std::uniform_int_distribution<int64_t>(1, most.count())(random_));
}

void MembershipHost::want(std::span<const Group> groups) {
  std::map<IpAddress, Filter> wanted;
  for (const Group& group : groups) {
    if (!protocol_->is_reported(group.address)) {
      continue;
    }
    Filter& filter = wanted[group.address];
    if (group.source.is_none()) {
      filter = {.everyone = true, .sources = {}};
    } else if (!filter.everyone) {
      filter.sources.insert(group.source);
    }
  }
  for (auto& [address, state] : groups_) {
    if (!wanted.contains(address)) {
      change(state, {});
    }
  }
  for (auto& [address, filter] : wanted) {
    change(groups_[address], std::move(filter));
  }
}

/// RFC 3376, 5.1; RFC 3810, 6.1: a change joins those that are still being told of, and all is
/// told anew.
void MembershipHost::change(GroupState& state, Filter next) {
  if (state.filter == next) {
    return;
  }
  if (dialect_ != Dialect::kNewest) {
    if (state.filter.joined() != next.joined()) {
      state.mode_reports = robustness_;
    }
  } else if (state.filter.everyone != next.everyone || state.mode_reports > 0) {
    state.mode_reports = robustness_;
    state.source_reports.clear();
  } else {
    std::vector<IpAddress> changed;
    std::set_symmetric_difference(state.filter.sources.begin(), state.filter.sources.end(),
                                  next.sources.begin(), next.sources.end(),
                                  std::back_inserter(changed));
    for (const IpAddress& source : changed) {
      state.source_reports[source] = robustness_;
    }
  }
  state.filter = std::move(next);
  if (state.changing()) {
    announce(state);
  }
}

void MembershipHost::announce(GroupState& state) {
  state.change_at = Monotonic::min();
  next_due_ = Monotonic::min();
}

void MembershipHost::hear(Bytes packet, Monotonic now) {
  const auto query = protocol_->read_query(packet);
  if (!query) {
    return;
  }
  tick(now);  // what is due goes out before a change of version cancels it
  learn(*query, now);
  const Monotonic at = now + up_to(query->max_response);
  if (answer_all_at_ && *answer_all_at_ <= at) {
    return;  // RFC 3376, 5.2, rule 1
  }
  if (query->group.is_none()) {
    ask_for_all(*query, now, at);
  } else if (const auto found = groups_.find(query->group); found != groups_.end()) {
    ask_for(found->second, *query, at);
  }
  next_due_ = Monotonic::min();
}

/// What the querier tells about itself (RFC 3376, 4.1.6, 4.1.7 and 7.2.1).
void MembershipHost::learn(const MembershipQuery& query, Monotonic now) {
  if (query.dialect == Dialect::kNewest) {
    robustness_ = query.robustness != 0 ? query.robustness : kRobustness;
    query_interval_ =
        query.query_interval > 0s ? nanoseconds(query.query_interval) : nanoseconds(kQueryInterval);
    return;
  }
  const Monotonic until = now + robustness_ * query_interval_ + nanoseconds(query.max_response);
  if (query.dialect == Dialect::kOldest) {
    oldest_until_ = until;
  } else if (query.group.is_none()) {
    older_until_ = until;
  }
  set_dialect(now);
}

/// Follows the oldest querier that is present. A change of version cancels what is pending (RFC
/// 3376, 7.2.1): the querier that caused it asks for everything anyway.
void MembershipHost::set_dialect(Monotonic now) {
  for (auto* until : {&older_until_, &oldest_until_}) {
    if (*until && **until <= now) {
      until->reset();
    }
  }
  const Dialect dialect = oldest_until_  ? Dialect::kOldest
                          : older_until_ ? Dialect::kOlder
                                         : Dialect::kNewest;
  if (dialect == dialect_) {
    return;
  }
  dialect_ = dialect;
  answer_all_at_.reset();
  for (auto& [address, state] : groups_) {
    state = {.filter = std::move(state.filter)};
  }
  std::erase_if(groups_, [](const auto& entry) { return entry.second.idle(); });
}

/// In the newest version one answer tells of all groups; before, each group had its own.
void MembershipHost::ask_for_all(const MembershipQuery& query, Monotonic now, Monotonic at) {
  if (dialect_ == Dialect::kNewest) {
    answer_all_at_ = at;
    return;
  }
  for (auto& [address, state] : groups_) {
    const Monotonic own = now + up_to(query.max_response);
    state.answer_at = std::min(state.answer_at.value_or(own), own);
  }
}

/// RFC 3376, 5.2, rules 3 to 5.
void MembershipHost::ask_for(GroupState& state, const MembershipQuery& query, Monotonic at) {
  const bool for_group = query.sources.empty() || (state.answer_at && state.asked_sources.empty());
  if (for_group) {
    state.asked_sources.clear();
  } else {
    state.asked_sources.insert(query.sources.begin(), query.sources.end());
  }
  state.answer_at = std::min(state.answer_at.value_or(at), at);
}

void MembershipHost::tick(Monotonic now) {
  if (now < next_due_) {
    return;
  }
  if (dialect_ == Dialect::kNewest) {
    send_changes(now);
  } else {
    send_changes_by_group(now);
  }
  send_answers(now);
  set_dialect(now);
  std::erase_if(groups_, [](const auto& entry) { return entry.second.idle(); });
  find_next_due();
}

/// State-change records (RFC 3376, 5.1). Groups that changed together stay together, so that they
/// share a packet again.
void MembershipHost::send_changes(Monotonic now) {
  const Monotonic again = now + up_to(kUnsolicitedReportInterval);
  std::vector<GroupRecord> records;
  for (auto& [address, state] : groups_) {
    if (!state.changing() || state.change_at > now) {
      continue;
    }
    state.change_at = again;
    const Filter& filter = state.filter;
    if (state.mode_reports > 0) {
      --state.mode_reports;
      records.push_back(
          {filter.everyone ? RecordType::kChangeToExclude : RecordType::kChangeToInclude, address,
           list(filter.sources)});
      continue;
    }
    GroupRecord allowed{RecordType::kAllowNewSources, address, {}};
    GroupRecord blocked{RecordType::kBlockOldSources, address, {}};
    for (auto& [source, left] : state.source_reports) {
      (filter.sources.contains(source) ? allowed : blocked).sources.push_back(source);
      --left;
    }
    std::erase_if(state.source_reports, [](const auto& entry) { return entry.second == 0; });
    for (GroupRecord* record : {&allowed, &blocked}) {
      if (!record->sources.empty()) {
        records.push_back(std::move(*record));
      }
    }
  }
  for (Frame& frame : protocol_->write_records(records)) {
    emit_(std::move(frame));
  }
}

/// Reports and leaves of the older versions (RFC 2236, 3; RFC 2710, 4): a packet a group.
void MembershipHost::send_changes_by_group(Monotonic now) {
  for (auto& [address, state] : groups_) {
    if (state.mode_reports == 0 || state.change_at > now) {
      continue;
    }
    --state.mode_reports;
    if (state.filter.joined()) {
      emit_(protocol_->write_report(dialect_, address));
      state.change_at = now + up_to(kOlderUnsolicitedReportInterval);
    } else {
      if (auto leave = protocol_->write_leave(dialect_, address)) {
        emit_(std::move(*leave));
      }
      state.change_at = now + up_to(kUnsolicitedReportInterval);
    }
  }
}

/// RFC 3376, 5.2, what is sent when a timer expires.
void MembershipHost::send_answers(Monotonic now) {
  const bool all = answer_all_at_ && *answer_all_at_ <= now;
  std::vector<GroupRecord> records;
  for (auto& [address, state] : groups_) {
    const Filter& filter = state.filter;
    if (all && filter.joined()) {
      records.push_back(current_state(address, filter.everyone, filter.sources));
    }
    if (!state.answer_at || *state.answer_at > now) {
      continue;
    }
    state.answer_at.reset();
    const std::set<IpAddress> asked = std::exchange(state.asked_sources, {});
    if (all || !filter.joined()) {
      continue;
    }
    if (dialect_ != Dialect::kNewest) {
      emit_(protocol_->write_report(dialect_, address));
    } else if (asked.empty()) {
      records.push_back(current_state(address, filter.everyone, filter.sources));
    } else {
      std::set<IpAddress> wanted;
      std::copy_if(asked.begin(), asked.end(), std::inserter(wanted, wanted.end()),
                   [&filter](const IpAddress& source) {
                     return filter.everyone || filter.sources.contains(source);
                   });
      if (!wanted.empty()) {
        records.push_back(current_state(address, false, wanted));
      }
    }
  }
  if (all) {
    answer_all_at_.reset();
  }
  for (Frame& frame : protocol_->write_records(records)) {
    emit_(std::move(frame));
  }
}

void MembershipHost::find_next_due() {
  next_due_ = Monotonic::max();
  const auto consider = [this](const std::optional<Monotonic>& at) {
    next_due_ = std::min(next_due_, at.value_or(Monotonic::max()));
  };
  consider(answer_all_at_);
  consider(older_until_);
  consider(oldest_until_);
  for (const auto& [address, state] : groups_) {
    consider(state.answer_at);
    consider(state.changing() ? std::optional(state.change_at) : std::nullopt);
  }
}

void MembershipHost::start_over(std::unique_ptr<MembershipProtocol> protocol) {
  protocol_ = std::move(protocol);
  dialect_ = Dialect::kNewest;
  older_until_.reset();
  oldest_until_.reset();
  answer_all_at_.reset();
  robustness_ = kRobustness;
  query_interval_ = kQueryInterval;
  for (auto& [address, state] : std::exchange(groups_, {})) {
    if (state.filter.joined()) {
      change(groups_[address], std::move(state.filter));
    }
  }
}

void MembershipHost::finish() {
  want({});
  const auto changing = [](auto& entry) { return entry.second.changing(); };
  while (std::any_of(groups_.begin(), groups_.end(), changing)) {
    for (auto& [address, state] : groups_) {
      announce(state);
    }
    tick(Monotonic{});
  }
}

}  // namespace sluice::net
