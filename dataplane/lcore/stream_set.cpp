#include "dataplane/lcore/stream_set.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>

#include "config/base/log.h"

namespace sluice::lcore {
namespace {

segment::SegmenterSpec segmenter_spec(const config::Stream& stream) {
  return {.rtp = stream.source.scheme == config::Scheme::kRtp,
          .program = stream.program,
          .segment = stream.segment};
}

}  // namespace

StreamContext::StreamContext(const config::Stream& stream, uint32_t arena_entry,
                             arena::StreamStats& counters, arena::ArenaWriter& arena)
    : entry(arena_entry),
      stats(counters),
      output(arena, arena_entry),
      segmenter(segmenter_spec(stream), output, counters) {}

Result<StreamSet> enter_streams(const config::Appliance& appliance, arena::ArenaWriter& arena,
                                StatsSlots& slots) {
  StreamSet streams;
  std::set<std::string, std::less<>> names;
  for (const config::Stream& stream : appliance.streams) {
    names.insert(stream.name.str());
  }
  slots.keep_only(names);
  for (const config::Stream& stream : appliance.streams) {
    const std::string& name = stream.name.str();
    auto stats = slots.stream(name);
    if (!stats) {
      return fail(stats.error());
    }
    if (stream.source.scheme == config::Scheme::kRtsp) {
      spdlog::warn("stream {}: RTSP sources cannot be captured yet", name);
      (*stats)->state.set(static_cast<uint64_t>(arena::StreamState::kFailed));
      streams.push_back(nullptr);
      continue;
    }
    const std::string prefix =
        appliance.storage.prefix + (appliance.control.stream_folder ? name + "/" : "");
    auto entry = arena.enter(stream.name, prefix);
    if (!entry) {
      return fail(entry.error());
    }
    streams.push_back(std::make_unique<StreamContext>(stream, *entry, **stats, arena));
  }
  return streams;
}

bool all_seeded(const StreamSet& streams, const arena::ArenaWriter& arena) {
  return std::all_of(streams.begin(), streams.end(), [&arena](const auto& stream) {
    return stream == nullptr || arena.seeded(stream->entry);
  });
}

}  // namespace sluice::lcore
