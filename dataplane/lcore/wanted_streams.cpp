#include "dataplane/lcore/wanted_streams.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "config/arena_size.h"
#include "config/base/log.h"
#include "config/base/units.h"
#include "dataplane/source/ts_file_source.h"

namespace sluice::lcore {

bool same_source(const config::Stream& a, const config::Stream& b) {
  const auto parts = [](const config::Stream& s) {
    return std::tie(s.source.scheme, s.source.host, s.source.port, s.source.path, s.source.pace,
                    s.ssm, s.port, s.vlan);
  };
  return parts(a) == parts(b);
}

WantedStreams::WantedStreams(const source::SourcePlan& plan, source::Inputs& inputs,
                             const arena::ArenaWriter& arena, rte_mempool* pool)
    : plan_(plan), inputs_(inputs), arena_(arena), pool_(pool) {}

Status WantedStreams::prepare(const std::vector<config::Stream>& streams) {
  const uint64_t needed = config::least_arena_bytes(streams);
  if (needed > arena_.size()) {
    return fail("the arena has " + format_size(arena_.size()) +
                ", and to cut these streams at all takes " + format_size(needed) +
                ": give arena.size or arena.hold for that many, and restart");
  }
  Set prepared;
  for (const config::Stream& stream : streams) {
    const auto known = wanted_.find(stream.name.str());
    if (known == wanted_.end() || !same_source(known->second, stream)) {
      if (Status fine = check(stream); !fine) {
        return fine;
      }
    }
    prepared.emplace(stream.name.str(), stream);
  }
  prepared_ = std::move(prepared);
  return {};
}

Status WantedStreams::check(const config::Stream& stream) const {
  if (stream.source.scheme == config::Scheme::kRtsp) {
    return fail("stream " + stream.name.str() + ": RTSP sources cannot be captured yet");
  }
  if (stream.source.scheme == config::Scheme::kFile) {
    const auto file = source::open_ts_file_source(stream.source.path, stream.source.pace, 0, pool_);
    if (!file) {
      return fail("stream " + stream.name.str() + ": " + file.error().message);
    }
  }
  const auto flow = source::flow_of(stream);
  if (!flow) {
    return fail(flow.error());
  }
  return source::check_arrival(stream, plan_);
}

Status WantedStreams::want_groups(const Set& streams, const Set& also) {
  Status outcome;
  for (size_t input = 0; input < plan_.inputs.size(); ++input) {
    std::vector<net::Group> groups;
    for (const Set* set : {&streams, &also}) {
      for (const auto& [name, stream] : *set) {
        const auto flow = source::flow_of(stream);
        if (flow && *flow && source::may_arrive(stream, plan_.inputs[input])) {
          groups.push_back((*flow)->group);
        }
      }
    }
    std::ranges::sort(groups);
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
    if (Status done = inputs_.want(input, groups); !done && outcome) {
      outcome = done;
    }
  }
  return outcome;
}

Status WantedStreams::join() {
  Status joined = want_groups(prepared_, joined_ ? wanted_ : Set());
  if (joined) {
    joined_ = true;
  } else if (joined_) {
    static_cast<void>(want_groups(wanted_, {}));
  }
  return joined;
}

Status WantedStreams::join_wanted() {
  joined_ = true;
  return want_groups(wanted_, {});
}

void WantedStreams::cancel() {
  prepared_.clear();
  if (joined_) {
    static_cast<void>(want_groups(wanted_, {}));
  }
}

void WantedStreams::commit() {
  wanted_ = std::move(prepared_);
  prepared_.clear();
  if (joined_) {
    if (Status left = want_groups(wanted_, {}); !left) {
      spdlog::error("{}", left.error().message);
    }
  }
}

const config::Stream* WantedStreams::find(const std::string& name) const {
  const auto found = wanted_.find(name);
  return found == wanted_.end() ? nullptr : &found->second;
}

}  // namespace sluice::lcore
