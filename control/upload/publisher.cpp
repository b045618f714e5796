#include "control/upload/publisher.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "control/upload/hour_texts.h"
#include "control/upload/keys.h"
#include "storage/playlist/manifest.h"
#include "storage/playlist/media_playlist.h"

namespace sluice::upload {
namespace {

constexpr std::chrono::seconds kRenewEvery{10};
constexpr size_t kRenewAtOnce = 50;
constexpr std::chrono::seconds kPauseAfterFailure{5};

}  // namespace

Publisher::Publisher(const Parts& parts)
    : parts_(parts),
      writer_(parts.store),
      urls_(parts.store, parts.clock),
      urls_log_(parts.appliance.control.urls_log, parts.clock),
      masters_(parts.appliance),
      unlisted_{.name = StreamId::parse("unlisted").value()} {
  set_streams(parts.appliance.streams);
  if (!parts.appliance.control.local_copy.empty()) {
    urls_log_.copy_to(parts.appliance.control.local_copy / "urls.log");
  }
}

void Publisher::set_streams(const std::vector<config::Stream>& streams) {
  listed_.clear();
  for (const config::Stream& stream : streams) {
    listed_.emplace(stream.name.str(), stream);
  }
  masters_.set_streams(streams);
  set_at_ = parts_.clock.monotonic();
  for (auto& [name, stream] : streams_) {
    if (listed_.contains(name)) {
      stream.set_rules(rules_of(name));
      stream.live().set_ended(false);
    }
  }
}

/// A removed stream's last segment is sealed within milliseconds of its removal; players that
/// follow it are told then that nothing more comes.
void Publisher::end_unlisted() {
  constexpr std::chrono::seconds kSealedByThen{3};
  if (parts_.clock.monotonic() - set_at_ < kSealedByThen) {
    return;
  }
  for (auto& [name, stream] : streams_) {
    if (!listed_.contains(name) && stream.all_settled()) {
      stream.live().set_ended(true);
    }
  }
}

Status Publisher::restore() {
  const auto streams = parts_.catalog.streams();
  if (!streams) {
    return fail(streams.error());
  }
  for (const catalog::Stream& row : *streams) {
    StreamProgress& stream = progress(row.name);
    Status restored = stream.restore(parts_.catalog);
    if (restored) {
      restored = masters_.restore(stream, parts_.catalog);
    }
    if (!restored) {
      return restored;
    }
  }
  const auto hours = parts_.catalog.published_hours();
  if (!hours) {
    return fail(hours.error());
  }
  for (const catalog::Hour& hour : *hours) {
    urls_log_.set(hour);
  }
  return {};
}

bool Publisher::idle() {
  if (!writer_.idle() || !noted_.empty()) {
    return false;
  }
  return std::ranges::none_of(streams_, [](auto& stream) {
    return std::ranges::any_of(stream.second.hours().hours(),
                               [](const auto& hour) { return hour.second.due(true); });
  });
}

const config::Stream& Publisher::settings(const std::string& stream) const {
  const auto it = listed_.find(stream);
  return it == listed_.end() ? unlisted_ : it->second;
}

PlaylistRules Publisher::rules_of(const std::string& stream) const {
  const config::Stream& s = settings(stream);
  PlaylistRules rules{.target_duration = playlist::target_duration(s.segment.max),
                      .live_window = s.playlist.live_window,
                      .exact_window = s.playlist.exact_window};
  if (rules.live_window == 0 && parts_.local.removes()) {
    rules.live_window = 1;  // a window without end would name files that are gone
  }
  return rules;
}

StreamProgress& Publisher::progress(const std::string& stream) {
  const auto it = streams_.find(stream);
  return it != streams_.end()
             ? it->second
             : streams_.try_emplace(stream, stream, rules_of(stream)).first->second;
}

catalog::Segment Publisher::settled(catalog::Segment segment) {
  StreamProgress& stream = progress(segment.stream);
  segment.live_gap = segment.live_gap || stream.is_gap(segment.sequence);
  stream.update(segment);
  return segment;
}

void Publisher::advance(catalog::Batch& batch) {
  for (auto& [name, stream] : streams_) {
    stream.advance(parts_.clock, batch);
  }
  batch.hours.insert(batch.hours.end(), noted_.begin(), noted_.end());
  noted_.clear();
}

void Publisher::publish(bool flush) {
  end_unlisted();
  for (auto& [name, stream] : streams_) {
    if (stream.live().take_change()) {
      publish_live(stream);
    }
    publish_hours(stream, flush || !listed_.contains(name));
  }
  renew_signatures();
  urls_log_.write(flush);
}

void Publisher::publish_live(StreamProgress& stream) {
  const auto stored = [this, &stream] {
    if (const auto master = masters_.moved(stream)) {
      put(master->key, master->text, playlist::kPlaylistType, {});
    }
  };
  put(stream.folder() + std::string(kLiveIndex), render(stream.live().playlist()),
      playlist::kPlaylistType, stored);
  parts_.local.slide(stream.live());
}

void Publisher::publish_hours(StreamProgress& stream, bool flush) {
  for (auto& [start, open] : stream.hours().hours()) {
    if (open.due(flush)) {
      publish_hour(stream, open.row, open.over);
    }
  }
}

void Publisher::publish_hour(StreamProgress& stream, catalog::Hour row, bool ended) {
  const HourName name{row.hour, row.stream};
  if (publishing_.contains(name) || (pause_until_ && parts_.clock.monotonic() < *pause_until_)) {
    return;
  }
  auto segments = parts_.catalog.hour(row.stream, row.hour);
  if (!segments) {
    return complain(segments.error());
  }
  std::erase_if(*segments, [&](const auto& s) { return s.sequence >= stream.hours().next(); });
  if (segments->empty()) {
    return;
  }
  const config::Playlist& playlist = settings(row.stream).playlist;
  const std::string folder = hour_folder(segments->front().key);
  const auto texts = hour_texts(*segments, stream.rules().target_duration, ended, urls_, playlist);
  const auto url = urls_.make(folder + std::string(kHourlyIndex), playlist);
  if (!texts || !url) {
    return complain(!texts ? texts.error() : url.error());
  }
  row.listed = segments->size();
  row.complete = ended;
  row.expires = texts->expires;
  row.url = url->url;
  row.url_expires = url->expires;
  publishing_.insert(name);
  const auto left = std::make_shared<int>(3);
  const auto stored = [this, left, row] {
    if (--*left == 0) {
      published(row);
    }
  };
  put(folder + std::string(kManifest), texts->manifest, playlist::kManifestType, stored);
  put(folder + std::string(kRelativeIndex), texts->relative, playlist::kPlaylistType, stored);
  put(folder + std::string(kHourlyIndex), texts->hourly, playlist::kPlaylistType, stored);
}

void Publisher::published(const catalog::Hour& row) {
  publishing_.erase({row.hour, row.stream});
  noted_.push_back(row);
  urls_log_.set(row);
  auto& hours = progress(row.stream).hours().hours();
  const auto open = hours.find(row.hour);
  if (open == hours.end()) {
    return;
  }
  open->second.row = row;
  if (row.complete) {
    hours.erase(open);
  }
}

void Publisher::renew_signatures() {
  const auto now = parts_.clock.monotonic();
  if (renewed_ && now - *renewed_ < kRenewEvery) {
    return;
  }
  renewed_ = now;
  std::map<std::string, Result<UrlMaker::Look>> looks;
  std::vector<catalog::Hour> old;
  for (const auto& [name, hour] : urls_log_.hours()) {
    const config::Stream& stream = settings(hour.stream);
    if (hour.hour + std::chrono::hours(1) + stream.retention < parts_.clock.now()) {
      continue;
    }
    auto look = looks.find(hour.stream);
    if (look == looks.end()) {
      const std::string& folder = progress(hour.stream).folder();
      look = looks.emplace(hour.stream, urls_.look(folder, stream.playlist)).first;
    }
    if (look->second && outdated(hour, *look->second, parts_.clock.now())) {
      old.push_back(hour);
    }
    if (old.size() == kRenewAtOnce) {
      break;
    }
  }
  for (const catalog::Hour& hour : old) {
    publish_hour(progress(hour.stream), hour, hour.complete);
  }
}

void Publisher::put(const std::string& key, const std::string& text, const char* type,
                    ObjectWriter::Stored stored) {
  parts_.local.text(key, text);
  writer_.put(key, text, type, std::move(stored));
}

void Publisher::complain(const Error& error) {
  pause_until_ = parts_.clock.monotonic() + kPauseAfterFailure;
  if (told_ != error.message) {
    told_ = error.message;
    spdlog::error("hourly playlists: {}; they are tried again", told_);
  }
}

}  // namespace sluice::upload
