#include "control/upload/master_playlists.h"

#include <algorithm>
#include <vector>

#include "control/upload/keys.h"

namespace sluice::upload {
namespace {

constexpr size_t kMeasured = 600;  // segments: an hour of them at 6 s

/// From "<prefix><group>/" to "<stream folder>index.m3u8".
std::string relative_uri(const std::string& group, const std::string& prefix,
                         const std::string& folder) {
  std::string uri = "../";
  for (const char c : group) {
    uri += c == '/' ? "../" : "";
  }
  return uri + folder.substr(prefix.size()) + std::string(kLiveIndex);
}

bool strays(uint64_t declared, uint64_t measured) {
  const uint64_t distance = declared > measured ? declared - measured : measured - declared;
  return distance * 10 > declared;
}

}  // namespace

MasterPlaylists::MasterPlaylists(const config::Appliance& appliance)
    : prefix_(appliance.storage.prefix) {
  set_streams(appliance.streams);
}

void MasterPlaylists::set_streams(const std::vector<config::Stream>& streams) {
  std::map<std::string, std::string> groups;
  for (const config::Stream& stream : streams) {
    if (!stream.group.empty()) {
      groups.emplace(stream.name.str(), stream.group);
    }
  }
  std::erase_if(members_, [&groups](const auto& one) { return !groups.contains(one.first); });
  for (const auto& [name, group] : groups) {
    Member& member = members_[name];
    if (member.group != group) {
      member.group = group;
      member.declared = {};
    }
  }
}

Status MasterPlaylists::restore(StreamProgress& stream, const catalog::CatalogReader& catalog) {
  const auto it = members_.find(stream.row().name);
  if (it == members_.end()) {
    return {};
  }
  const auto segments = catalog.last(stream.row().name, kMeasured);
  if (!segments) {
    return fail(segments.error());
  }
  for (const catalog::Segment& segment : *segments) {
    if (segment.sequence < stream.row().live_next) {
      measure(it->second, segment);
    }
  }
  // Declared at once, so that the next text of the group names every member again.
  refresh(it->second, stream);
  return {};
}

void MasterPlaylists::measure(Member& member, const catalog::Segment& segment) {
  member.next_sequence = segment.sequence + 1;
  if (segment.state != catalog::SegmentState::kStored || segment.record.duration_90k == 0) {
    return;
  }
  member.samples.push_back({segment.bytes, segment.record.duration_90k});
  if (member.samples.size() > kMeasured) {
    member.samples.pop_front();
  }
}

std::optional<NamedText> MasterPlaylists::moved(StreamProgress& stream) {
  const auto it = members_.find(stream.row().name);
  if (it == members_.end()) {
    return std::nullopt;
  }
  for (const catalog::Segment& segment : stream.live().segments()) {
    if (segment.sequence >= it->second.next_sequence) {
      measure(it->second, segment);
    }
  }
  if (!refresh(it->second, stream)) {
    return std::nullopt;
  }
  return render_group(it->second.group);
}

bool MasterPlaylists::refresh(Member& member, StreamProgress& stream) {
  const std::vector<playlist::Sample> samples(member.samples.begin(), member.samples.end());
  const auto measured = playlist::measure_bandwidth(samples, stream.rules().target_duration);
  if (measured.peak == 0) {
    return false;
  }
  playlist::Variant& declared = member.declared;
  const catalog::Stream& row = stream.row();
  const bool changed = declared.uri.empty() || measured.peak > declared.bandwidth ||
                       strays(declared.average_bandwidth, measured.average) ||
                       declared.codecs != row.codecs || declared.width != row.width ||
                       declared.height != row.height || declared.frame_rate != row.frame_rate;
  if (changed) {
    declared = {.uri = relative_uri(member.group, prefix_, stream.folder()),
                .bandwidth = std::max(declared.bandwidth, measured.peak),
                .average_bandwidth = measured.average,
                .codecs = row.codecs,
                .width = row.width,
                .height = row.height,
                .frame_rate = row.frame_rate};
  }
  return changed;
}

NamedText MasterPlaylists::render_group(const std::string& group) const {
  std::vector<playlist::Variant> variants;
  for (const auto& [name, member] : members_) {
    if (member.group == group && !member.declared.uri.empty()) {
      variants.push_back(member.declared);
    }
  }
  return {prefix_ + group + "/" + std::string(kMaster), playlist::render_master(variants)};
}

}  // namespace sluice::upload
