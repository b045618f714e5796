#include "storage/playlist/media_playlist.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace sluice::playlist {
namespace {

/// EXT-X-GAP needs protocol version 8 (rfc8216bis, 8); a playlist that may get one has it from the
/// start, because the header must not change. Float durations need 3.
constexpr int kVersionWithGaps = 8;
constexpr int kVersionWithFloats = 3;
constexpr uint64_t k90kPerMs = 90;
constexpr uint64_t k90kPerSecond = 90'000;

bool independent(arena::Cut cut) {
  // A recovery point, CRA or open-GOP I picture is followed by pictures that refer to the segment
  // before; the record does not tell those from closed ones.
  return cut == arena::Cut::kIdr || cut == arena::Cut::kPes;
}

void render_header(const MediaPlaylist& playlist, std::string& out) {
  const std::vector<Entry>& entries = playlist.entries;
  const bool gaps = playlist.kind != PlaylistKind::kVod ||
                    std::any_of(entries.begin(), entries.end(), [](auto& e) { return e.gap; });
  fmt::format_to(std::back_inserter(out), "#EXTM3U\n#EXT-X-VERSION:{}\n#EXT-X-TARGETDURATION:{}\n",
                 gaps ? kVersionWithGaps : kVersionWithFloats, playlist.target_duration);
  fmt::format_to(std::back_inserter(out),
                 "#EXT-X-MEDIA-SEQUENCE:{}\n#EXT-X-DISCONTINUITY-SEQUENCE:{}\n",
                 entries.empty() ? 0 : entries.front().sequence, playlist.discontinuity_sequence);
  if (playlist.kind == PlaylistKind::kEvent) {
    out += "#EXT-X-PLAYLIST-TYPE:EVENT\n";
  } else if (playlist.kind == PlaylistKind::kVod) {
    out += "#EXT-X-PLAYLIST-TYPE:VOD\n";
  }
  if (!entries.empty() &&
      std::all_of(entries.begin(), entries.end(), [](auto& e) { return e.gap || e.independent; })) {
    out += "#EXT-X-INDEPENDENT-SEGMENTS\n";
  }
}

/// Seconds with six decimals, from a count of 90 kHz in integers: no rounding but the last.
void render_seconds(uint64_t duration_90k, std::string& out) {
  const uint64_t micros = (duration_90k * 100 + 4) / 9;
  fmt::format_to(std::back_inserter(out), "{}.{:06}", micros / 1'000'000, micros % 1'000'000);
}

/// Where a player that begins at the front finds something to play. Those that follow a live
/// playlist begin at its end.
void render_start(const MediaPlaylist& playlist, std::string& out) {
  uint64_t absent_90k = 0;
  for (const Entry& entry : playlist.entries) {
    if (!entry.gap) {
      break;
    }
    absent_90k += entry.duration_90k;
  }
  if (playlist.ended && absent_90k > 0) {
    out += "#EXT-X-START:TIME-OFFSET=";
    render_seconds(absent_90k, out);
    out += '\n';
  }
}

void render_entry(const Entry& entry, bool discontinuity, std::string& out) {
  if (discontinuity) {
    out += "#EXT-X-DISCONTINUITY\n";
  }
  out += "#EXT-X-PROGRAM-DATE-TIME:";
  out += rfc3339_ms(entry.start);
  out += '\n';
  if (entry.gap) {
    out += "#EXT-X-GAP\n";
  }
  out += "#EXTINF:";
  render_seconds(entry.duration_90k, out);
  out += ",\n";
  out += entry.uri;
  out += '\n';
}

}  // namespace

Entry make_entry(const arena::SegmentRecord& record, uint64_t sequence, std::string uri) {
  Entry entry;
  entry.uri = std::move(uri);
  entry.sequence = sequence;
  entry.duration_90k = std::max(record.duration_90k, k90kPerMs);
  entry.start = utc_from_ns(record.start_utc_ns);
  entry.discontinuity = !record.discontinuity.empty();
  entry.gap = record.cut == arena::Cut::kStart;
  entry.independent = independent(record.cut);
  return entry;
}

std::string render(const MediaPlaylist& playlist) {
  std::string out;
  render_header(playlist, out);
  render_start(playlist, out);
  const Entry* before = nullptr;
  for (const Entry& entry : playlist.entries) {
    const bool hole = before != nullptr && entry.sequence != before->sequence + 1;
    render_entry(entry, entry.discontinuity || hole, out);
    before = &entry;
  }
  if (playlist.ended) {
    out += "#EXT-X-ENDLIST\n";
  }
  return out;
}

unsigned target_duration(config::Duration max) {
  const auto seconds = std::chrono::round<std::chrono::seconds>(max).count();
  return static_cast<unsigned>(std::max<int64_t>(seconds, 1));
}

unsigned target_duration(unsigned of_max, std::span<const Entry> entries) {
  uint64_t longest = 0;
  for (const Entry& entry : entries) {
    longest = std::max(longest, entry.duration_90k);
  }
  return std::max(of_max, static_cast<unsigned>((longest + k90kPerSecond / 2) / k90kPerSecond));
}

size_t live_window_begin(std::span<const Entry> entries, unsigned count, unsigned target_duration) {
  if (count == 0) {
    return 0;
  }
  const uint64_t least = 3 * k90kPerSecond * target_duration;
  uint64_t duration = 0;
  size_t begin = entries.size();
  while (begin > 0 && (entries.size() - begin < count || duration < least)) {
    --begin;
    duration += entries[begin].duration_90k;
  }
  return begin;
}

}  // namespace sluice::playlist
