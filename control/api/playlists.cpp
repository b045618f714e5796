#include "control/api/playlists.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "control/api/file_response.h"
#include "control/api/json_response.h"
#include "control/api/query_time.h"
#include "storage/playlist/master_playlist.h"
#include "storage/playlist/media_playlist.h"

namespace sluice::api {
namespace {

using catalog::Segment;
using catalog::SegmentState;

/// One request must not keep a thread for long; a week is 100,000 segments.
constexpr auto kLongestSpan = std::chrono::hours(7 * 24);
/// From the last packet of a segment until the catalog knows it, generously.
constexpr auto kSealingTime = std::chrono::minutes(1);
/// Segments from which a variant's bandwidth is measured.
constexpr size_t kMeasured = 50;

/// How a stream is played: by its configuration, or by the defaults when it has left it.
struct Settings {
  config::Playlist playlist;
  config::Duration max;
  bool listed = false;  ///< it is in the configuration
  unsigned target_duration() const { return playlist::target_duration(max); }
};

Settings settings_of(const config::Appliance& appliance, const std::string& name) {
  const auto found = std::ranges::find(
      appliance.streams, name, [](const config::Stream& stream) { return stream.name.str(); });
  if (found == appliance.streams.end()) {
    return {config::Playlist{}, config::Segment{}.max, false};
  }
  return {found->playlist, found->segment.max, true};
}

Result<std::vector<playlist::Entry>> entries(const Request& request, const Links& links,
                                             const Settings& settings,
                                             const std::vector<Segment>& segments) {
  const auto ttl = std::chrono::duration_cast<std::chrono::seconds>(settings.playlist.url_ttl);
  std::vector<playlist::Entry> list;
  list.reserve(segments.size());
  for (const Segment& segment : segments) {
    auto url = settings.playlist.sign ? links.presigned(request, segment.key, ttl)
                                      : Result<std::string>(links.plain(request, segment.key));
    if (!url) {
      return fail(std::move(url.error()));
    }
    list.push_back(playlist::make_entry(segment.record, segment.sequence, std::move(*url)));
  }
  return list;
}

struct LiveWindow {
  catalog::Stream stream;
  std::vector<Segment> segments;
  bool all_settled = false;  ///< no segment of the stream is on its way into the store
};

Result<LiveWindow> live_window(const catalog::CatalogReader& reader, const std::string& name) {
  auto stream = reader.stream(name);
  if (!stream) {
    return fail(std::move(stream.error()));
  }
  if (!*stream || (*stream)->live_first == (*stream)->live_next) {
    return fail(Next::kNotFound, "stream " + name + " has no segment yet");
  }
  auto segments = reader.range(name, (*stream)->live_first, (*stream)->live_next);
  if (!segments) {
    return fail(std::move(segments.error()));
  }
  const auto rest = reader.range(name, (*stream)->live_next, INT64_MAX);
  return LiveWindow{std::move(**stream), std::move(*segments), rest && rest->empty()};
}

struct Span {
  Utc from;
  Utc to;
};

Result<Span> span_of(const Request& request) {
  const auto start = query_time(request, "start");
  const auto end = query_time(request, "end");
  if (!start) {
    return fail(start.error());
  }
  if (!end) {
    return fail(end.error());
  }
  if (!*start) {
    return fail("start is missing; write ?start=2025-01-16T06:00:00Z&end=2025-01-16T07:00:00Z");
  }
  const Span span{**start, end->value_or(**start + kLongestSpan)};
  if (span.to <= span.from) {
    return fail("end is not after start");
  }
  if (span.to - span.from > kLongestSpan) {
    return fail("the span is longer than 7 days; ask for it in parts");
  }
  return span;
}

struct ArchivedSpan {
  std::vector<Segment> segments;
  bool settled = true;  ///< every segment in it is stored or lost for good
  Utc last_start;       ///< of the stream's newest segment
};

/// A list that grows must not name what is not settled: it cannot take its place later on.
Result<ArchivedSpan> archived(const catalog::CatalogReader& reader, const std::string& name,
                              const Span& span) {
  auto end = reader.continuation(name);
  if (!end) {
    return fail(std::move(end.error()));
  }
  if (!*end) {
    return fail(Next::kNotFound, "there is nothing of stream " + name + " in the archive");
  }
  auto segments = reader.span(name, span.from, span.to);
  if (!segments) {
    return fail(std::move(segments.error()));
  }
  const auto pending = std::ranges::find(*segments, SegmentState::kPending, &Segment::state);
  const bool settled = pending == segments->end();
  segments->erase(pending, segments->end());
  return ArchivedSpan{std::move(*segments), settled, (*end)->last_start};
}

}  // namespace

Response Playlists::live(const Request& request, const std::string& stream) const {
  const auto window = catalog_([&](const auto& reader) { return live_window(reader, stream); });
  if (!window) {
    return error_response(window.error());
  }
  const Settings settings = settings_of(*appliance_.get(), stream);
  auto list = entries(request, links_, settings, window->segments);
  if (!list) {
    return error_response(list.error());
  }
  for (size_t i = 0; i < list->size(); ++i) {
    const Segment& segment = window->segments[i];
    (*list)[i].gap |= segment.live_gap || segment.state != SegmentState::kStored;
  }
  return playlist_response(
      request, playlist::render(
                   {.kind = playlist::PlaylistKind::kLive,
                    .target_duration = playlist::target_duration(settings.target_duration(), *list),
                    .discontinuity_sequence = window->stream.live_discontinuities,
                    .ended = !settings.listed && window->all_settled,
                    .entries = std::move(*list)}));
}

Response Playlists::archive(const Request& request, const std::string& stream) const {
  const auto asked = span_of(request);
  if (!asked) {
    return error_response(400, asked.error().message);
  }
  const auto span = catalog_([&](const auto& reader) { return archived(reader, stream, *asked); });
  if (!span) {
    return error_response(span.error());
  }
  if (span->segments.empty()) {
    return error_response(404, "the archive of " + stream + " has nothing in that span");
  }
  const Settings settings = settings_of(*appliance_.get(), stream);
  auto list = entries(request, links_, settings, span->segments);
  if (!list) {
    return error_response(list.error());
  }
  for (size_t i = 0; i < list->size(); ++i) {
    (*list)[i].gap |= span->segments[i].state == SegmentState::kLost;
  }
  // a segment that starts in the span may still be filling, unless a later one is there
  const bool over =
      span->last_start >= asked->to || asked->to + settings.max + kSealingTime <= clock_.now();
  const bool ended = over && span->settled;
  using enum playlist::PlaylistKind;
  return playlist_response(request, playlist::render({.kind = ended ? kVod : kEvent,
                                                      .target_duration = playlist::target_duration(
                                                          settings.target_duration(), *list),
                                                      .ended = ended,
                                                      .entries = std::move(*list)}));
}

Response Playlists::master(const Request& request, const std::string& group) const {
  std::vector<playlist::Variant> variants;
  const auto appliance = appliance_.get();
  for (const config::Stream& configured : appliance->streams) {
    const std::string& name = configured.name.str();
    if (configured.group != group) {
      continue;
    }
    const auto media = catalog_([&](const auto& reader) { return reader.stream(name); });
    const auto recent = catalog_([&](const auto& reader) { return reader.last(name, kMeasured); });
    if (!media) {
      return error_response(media.error());
    }
    if (!recent) {
      return error_response(recent.error());
    }
    if (!*media || (*media)->live_first == (*media)->live_next) {
      continue;
    }
    std::vector<playlist::Sample> samples;
    for (const Segment& segment : *recent) {
      samples.push_back({segment.bytes, segment.record.duration_90k});
    }
    const auto bandwidth =
        playlist::measure_bandwidth(samples, playlist::target_duration(configured.segment.max));
    variants.push_back({.uri = origin_of(request) + "/streams/" + name + "/live.m3u8",
                        .bandwidth = bandwidth.peak,
                        .average_bandwidth = bandwidth.average,
                        .codecs = (*media)->codecs,
                        .width = (*media)->width,
                        .height = (*media)->height,
                        .frame_rate = (*media)->frame_rate});
  }
  if (variants.empty()) {
    return error_response(404, "no stream of group " + group + " has a segment yet");
  }
  return playlist_response(request, render_master(variants));
}

}  // namespace sluice::api
