#include "dataplane/lcore/roster.h"

#include <algorithm>
#include <utility>

#include "config/base/log.h"
#include "dataplane/source/ts_file_source.h"

namespace sluice::lcore {
namespace {

bool is_file(const config::Stream& stream) {
  return stream.source.scheme == config::Scheme::kFile;
}

}  // namespace

Roster::Roster(const RosterParts& parts)
    : parts_(parts), wanted_(parts.plan, parts.inputs, parts.arena, parts.pool) {
  for (uint32_t index = kMostIndices; index-- > 0;) {
    free_indices_.push_back(index);
  }
}

Roster::~Roster() = default;

void Roster::commit() {
  wanted_.commit();
  for (const auto& [name, stream] : wanted_.all()) {
    const auto member = members_.find(name);
    if (member == members_.end() || member->second->phase == Phase::kEntering ||
        !(member->second->stream == stream)) {
      busy_.insert(name);
    }
  }
  for (const auto& [name, member] : members_) {
    if (wanted_.find(name) == nullptr) {
      busy_.insert(name);
    }
  }
}

bool Roster::entered() const {
  return std::ranges::none_of(busy_, [this](const std::string& name) {
    const auto member = members_.find(name);
    return member == members_.end() || member->second->phase == Phase::kEntering;
  });
}

bool Roster::captured(const std::string& name) const {
  const auto member = members_.find(name);
  return member != members_.end() &&
         (member->second->phase == Phase::kLive || member->second->phase == Phase::kReplacing);
}

void Roster::tick() {
  parts_.pipeline.pump();
  if (busy_.empty()) {
    return;
  }
  const std::vector<std::string> names(busy_.begin(), busy_.end());
  for (const std::string& name : names) {
    while (step(name)) {
    }
  }
  if (std::exchange(flows_changed_, false)) {
    publish_flows();
  }
  parts_.pipeline.pump();
}

/// @return whether another step may follow at once
bool Roster::step(const std::string& name) {
  const auto found = members_.find(name);
  if (found == members_.end()) {
    if (const config::Stream* stream = wanted_.find(name)) {
      members_.emplace(name, std::make_unique<Member>(*stream));
      return true;
    }
    busy_.erase(name);
    return false;
  }
  return step(*found->second);
}

bool Roster::step(Member& member) {
  switch (member.phase) {
    case Phase::kEntering:
      return enter(member);
    case Phase::kAdopting:
      if (!parts_.pipeline.segmenter(member.lane).done(member.order)) {
        return false;
      }
      go_live(member);
      return true;
    case Phase::kLive:
      return compare(member);
    case Phase::kReplacing:
      if (!parts_.pipeline.segmenter(member.lane).done(member.order)) {
        return false;
      }
      member.context->segmenter = std::move(member.next_segmenter);
      member.phase = Phase::kLive;
      return true;
    case Phase::kDetaching:
      if (!detached(member)) {
        return false;
      }
      member.marks = parts_.pipeline.ring_marks(member.lane);
      member.phase = Phase::kDraining;
      return true;
    case Phase::kDraining:
      if (!parts_.pipeline.drained(member.lane, member.marks)) {
        return false;
      }
      retire(member);
      return true;
    case Phase::kRetiring:
      return gone(member);
  }
  return false;
}

bool Roster::enter(Member& member) {
  const std::string name = member.stream.name.str();
  const config::Stream* stream = wanted_.find(name);
  if (stream == nullptr) {
    member.phase = Phase::kRetiring;
    return gone(member);
  }
  member.stream = *stream;
  if (!take_places(member) || !open_file(member)) {
    return false;
  }
  member.index = free_indices_.back();
  free_indices_.pop_back();
  member.context =
      std::make_unique<StreamContext>(member.stream, *member.entry, *member.stats, parts_.arena);
  if (member.beginning == Beginning::kSourceSwitch) {
    member.context->segmenter->source_switched();
  } else if (member.beginning == Beginning::kRestart || parts_.arena.goes_on(*member.entry)) {
    member.context->segmenter->restarted();
  }
  member.lane = parts_.pipeline.take_lane(member.index);
  member.order =
      parts_.pipeline.segmenter(member.lane)
          .add({SegmentingStep::What::kAdopt, owned(member, *member.context->segmenter)});
  member.phase = Phase::kAdopting;
  return true;
}

/// A slot, an entry with its numbers, and an index: each may take a moment to be had.
bool Roster::take_places(Member& member) {
  const std::string& name = member.stream.name.str();
  if (member.stats == nullptr) {
    const auto slot = parts_.slots.stream(name);
    if (!slot) {
      return false;
    }
    member.stats = *slot;
    parts_.housekeeper.watch(member.stats);
  }
  if (!member.entry) {
    const config::Appliance& appliance = parts_.appliance;
    const auto entry = parts_.arena.enter(
        member.stream.name,
        appliance.storage.prefix + (appliance.control.stream_folder ? name + "/" : ""));
    if (!entry) {
      return false;
    }
    member.entry = *entry;
  }
  return parts_.arena.seeded(*member.entry) && !free_indices_.empty();
}

/// The file was there when the stream was asked for. If it is gone by now, the stream stays away
/// until it is asked for anew.
bool Roster::open_file(Member& member) {
  if (!is_file(member.stream) || member.file) {
    return true;
  }
  auto feed = std::make_unique<FileFeed>();
  auto source = source::open_ts_file_source(member.stream.source.path, member.stream.source.pace,
                                            free_indices_.back(), parts_.pool);
  auto stats = source ? parts_.slots.port((*source)->device())
                      : Result<arena::PortStats*>(fail(source.error()));
  if (!stats) {
    spdlog::error("stream {}: {}", member.stream.name.str(), stats.error().message);
    parts_.housekeeper.set_failed(*member.stats);
    busy_.erase(member.stream.name.str());
    return false;
  }
  feed->source = std::move(*source);
  feed->stats = *stats;
  member.file = std::move(feed);
  return true;
}

OwnedStream Roster::owned(Member& member, segment::Segmenter& segmenter) const {
  const bool file = is_file(member.stream);
  return {.stream = member.index,
          .segmenter = &segmenter,
          .follows_clock = parts_.plan.live && !file,
          .ended = file ? &member.context->ended : nullptr};
}

void Roster::go_live(Member& member) {
  member.phase = Phase::kLive;
  if (member.file) {
    parts_.pipeline.attach(*member.file, member.context->ended);
  } else if (const auto flow = source::flow_of(member.stream); flow && *flow) {
    member.rule = (*flow)->rule;
    member.rule->stream = member.index;
    flows_changed_ = true;
  }
}

/// @return whether another step may follow: false if the stream is as it is wanted
bool Roster::compare(Member& member) {
  const config::Stream* stream = wanted_.find(member.stream.name.str());
  if (stream == nullptr || !same_source(*stream, member.stream)) {
    begin_leaving(member);
    return true;
  }
  if (stream->segment != member.stream.segment || stream->program != member.stream.program) {
    replace(member, *stream);
    return true;
  }
  member.stream = *stream;
  busy_.erase(member.stream.name.str());
  return false;
}

/// The same packets are cut in another way, or others of them.
void Roster::replace(Member& member, const config::Stream& stream) {
  const bool other_program = stream.program != member.stream.program;
  member.stream = stream;
  member.next_segmenter = member.context->make_segmenter(stream);
  if (other_program) {
    member.next_segmenter->source_switched();
  } else {
    member.next_segmenter->restarted();
  }
  member.order = parts_.pipeline.segmenter(member.lane)
                     .add({SegmentingStep::What::kReplace, owned(member, *member.next_segmenter)});
  member.phase = Phase::kReplacing;
}

void Roster::begin_leaving(Member& member) {
  if (member.file) {
    parts_.pipeline.detach(*member.file);
  }
  member.rule.reset();
  member.token = 0;
  flows_changed_ = true;
  member.phase = Phase::kDetaching;
}

/// Whether no lcore can be sending anything more of it.
bool Roster::detached(Member& member) {
  if (flows_changed_ || (member.file && !parts_.pipeline.done(*member.file))) {
    return false;
  }
  if (member.token == 0) {
    member.token = parts_.pipeline.quiescence().begin();
  }
  return parts_.pipeline.quiescence().over(member.token);
}

void Roster::retire(Member& member) {
  member.order = parts_.pipeline.segmenter(member.lane)
                     .add({SegmentingStep::What::kRetire, {.stream = member.index}});
  member.phase = Phase::kRetiring;
}

/// Once its segmenter has sealed: the end of the stream, or of what it was before its source
/// changed. The name keeps its counters and numbers if it goes on.
bool Roster::gone(Member& member) {
  if (member.context) {
    if (!parts_.pipeline.segmenter(member.lane).done(member.order)) {
      return false;
    }
    member.context.reset();
    free_indices_.push_back(member.index);
    parts_.pipeline.give_lane_back(member.lane);
  }
  if (member.file) {
    if (const std::string failure = member.file->source->failure(); !failure.empty()) {
      spdlog::error("{}", failure);
    }
    parts_.slots.give_up(*member.file->stats);
    member.file.reset();
  }
  const std::string name = member.stream.name.str();
  if (const config::Stream* stream = wanted_.find(name)) {
    member.beginning =
        same_source(*stream, member.stream) ? Beginning::kRestart : Beginning::kSourceSwitch;
    member.phase = Phase::kEntering;
    return true;
  }
  if (member.stats != nullptr) {
    parts_.housekeeper.unwatch(member.stats);
    parts_.slots.give_up(*member.stats);
  }
  if (member.entry) {
    parts_.arena.leave(*member.entry);
  }
  members_.erase(name);
  return true;
}

void Roster::publish_flows() {
  for (size_t input = 0; input < parts_.plan.inputs.size(); ++input) {
    std::vector<net::FlowRule> rules;
    for (const auto& [name, member] : members_) {
      if (member->rule && source::may_arrive(member->stream, parts_.plan.inputs[input])) {
        rules.push_back(*member->rule);
      }
    }
    parts_.pipeline.flows().publish(input, std::move(rules));
  }
}

}  // namespace sluice::lcore
