#include "control/upload/hour_texts.h"

#include <utility>

#include "control/upload/keys.h"
#include "storage/playlist/manifest.h"
#include "storage/playlist/media_playlist.h"

namespace sluice::upload {
namespace {

playlist::Entry entry_of(const catalog::Segment& segment, std::string uri) {
  playlist::Entry entry = playlist::make_entry(segment.record, segment.sequence, std::move(uri));
  entry.gap |= segment.state == catalog::SegmentState::kLost;
  return entry;
}

std::string manifest_line(const catalog::Segment& segment) {
  return playlist::render_manifest_line({.stream = segment.stream,
                                         .sequence = segment.sequence,
                                         .number_in_hour = segment.number_in_hour,
                                         .key = segment.key,
                                         .bytes = segment.bytes,
                                         .lost = segment.state == catalog::SegmentState::kLost,
                                         .live_gap = segment.live_gap,
                                         .record = segment.record});
}

}  // namespace

Result<HourTexts> hour_texts(const std::vector<catalog::Segment>& segments,
                             unsigned target_duration, bool ended, UrlMaker& urls,
                             const config::Playlist& playlist) {
  HourTexts texts;
  // EVENT, not VOD, also at its end: the header of a growing playlist must not change.
  playlist::MediaPlaylist hourly{
      .kind = playlist::PlaylistKind::kEvent, .target_duration = target_duration, .ended = ended};
  playlist::MediaPlaylist relative = hourly;
  for (const catalog::Segment& segment : segments) {
    auto url = urls.make(segment.key, playlist);
    if (!url) {
      return fail(url.error());
    }
    if (url->expires != Utc{} && (texts.expires == Utc{} || url->expires < texts.expires)) {
      texts.expires = url->expires;
    }
    hourly.entries.push_back(entry_of(segment, std::move(url->url)));
    relative.entries.push_back(entry_of(segment, file_name(segment.key)));
    texts.manifest += manifest_line(segment);
  }
  hourly.target_duration = playlist::target_duration(target_duration, hourly.entries);
  relative.target_duration = hourly.target_duration;
  texts.hourly = render(hourly);
  texts.relative = render(relative);
  return texts;
}

}  // namespace sluice::upload
