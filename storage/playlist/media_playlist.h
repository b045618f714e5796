#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "config/appliance.h"
#include "config/base/utc.h"
#include "storage/arena/segment_record.h"

/// The texts of playlists, manifests and urls.log. Pure: no I/O, no clock, no state.
namespace sluice::playlist {

/// "application/vnd.apple.mpegurl" (RFC 8216, 4).
inline constexpr const char* kPlaylistType = "application/vnd.apple.mpegurl";
/// Playlists change or hold URLs that lapse; nobody may keep them.
inline constexpr const char* kNoCache = "no-cache, no-store, must-revalidate";

/// One media segment in a playlist.
struct Entry {
  std::string uri;  ///< relative or absolute
  uint64_t sequence = 0;
  uint64_t duration_90k = 0;  ///< never 0
  Utc start{};                ///< EXT-X-PROGRAM-DATE-TIME
  bool discontinuity = false;
  bool gap = false;          ///< EXT-X-GAP: absent, or nothing to play
  bool independent = false;  ///< it decodes without any other
};

/// The entry of a segment. One without media time (a few packets before the first access point)
/// gets a millisecond: an EXTINF of 0 is not for players. What came before the first access point
/// is archived but no player can begin with it, and some give up: it is a GAP.
Entry make_entry(const arena::SegmentRecord& record, uint64_t sequence, std::string uri);

/// kLive slides and has no EXT-X-PLAYLIST-TYPE; kEvent only grows, until it ends; kVod is fixed.
enum class PlaylistKind { kLive, kEvent, kVod };

/// A media playlist (RFC 8216 and draft-pantos-hls-rfc8216bis, 4.4.3 and 4.4.4).
struct MediaPlaylist {
  PlaylistKind kind = PlaylistKind::kVod;
  unsigned target_duration = 1;         ///< seconds; constant for a stream
  uint64_t discontinuity_sequence = 0;  ///< discontinuities before the first entry
  bool ended = false;                   ///< EXT-X-ENDLIST
  std::vector<Entry> entries;           ///< in the order of sequence
};

/// The text. EXT-X-MEDIA-SEQUENCE is the first entry's sequence; a missing number between two
/// entries is marked as a discontinuity. Each EXTINF has six decimals and depends on its segment
/// alone, so it never changes from one reload to the next; the sum of an hour is exact within a
/// millisecond.
std::string render(const MediaPlaylist& playlist);

/// EXT-X-TARGETDURATION of a stream whose segments are cut at `max` at the latest: rounded, at
/// least 1.
unsigned target_duration(config::Duration max);
/// The same where segments may be from before `max` was lowered: none may be longer (RFC 8216,
/// 4.3.3.1).
unsigned target_duration(unsigned of_max, std::span<const Entry> entries);

/// Where the live window begins: index of its first entry. It is the larger of the last `count`
/// segments and of 3 x `target_duration`; `count` 0 = all.
size_t live_window_begin(std::span<const Entry> entries, unsigned count, unsigned target_duration);

}  // namespace sluice::playlist
