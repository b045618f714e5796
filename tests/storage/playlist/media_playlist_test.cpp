#include "storage/playlist/media_playlist.h"

#include <gmock/gmock.h>

#include <cmath>
#include <sstream>

namespace sluice::playlist {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const Utc kStart = *parse_rfc3339("2025-01-16T06:59:54.123Z");

Entry entry(uint64_t sequence, uint64_t duration_90k = 540'000) {
  Entry e;
  e.uri = "segment_" + std::to_string(sequence) + ".ts";
  e.sequence = sequence;
  e.duration_90k = duration_90k;
  e.start = kStart + (sequence - 41) * 6s;
  e.independent = true;
  return e;
}

TEST(MediaPlaylist, LiveWindowReadsAsTheStandardHasIt) {
  MediaPlaylist playlist{.kind = PlaylistKind::kLive,
                         .target_duration = 10,
                         .discontinuity_sequence = 2,
                         .entries = {entry(41), entry(42), entry(43, 450'450)}};
  playlist.entries[1].gap = true;
  playlist.entries[1].independent = false;
  playlist.entries[2].discontinuity = true;
  EXPECT_EQ(render(playlist),
            "#EXTM3U\n"
            "#EXT-X-VERSION:8\n"
            "#EXT-X-TARGETDURATION:10\n"
            "#EXT-X-MEDIA-SEQUENCE:41\n"
            "#EXT-X-DISCONTINUITY-SEQUENCE:2\n"
            "#EXT-X-INDEPENDENT-SEGMENTS\n"
            "#EXT-X-PROGRAM-DATE-TIME:2025-01-16T06:59:54.123Z\n"
            "#EXTINF:6.000000,\n"
            "segment_41.ts\n"
            "#EXT-X-PROGRAM-DATE-TIME:2025-01-16T07:00:00.123Z\n"
            "#EXT-X-GAP\n"
            "#EXTINF:6.000000,\n"
            "segment_42.ts\n"
            "#EXT-X-DISCONTINUITY\n"
            "#EXT-X-PROGRAM-DATE-TIME:2025-01-16T07:00:06.123Z\n"
            "#EXTINF:5.005000,\n"
            "segment_43.ts\n");
}

TEST(MediaPlaylist, VodIsTypedAndEnds) {
  MediaPlaylist playlist{.target_duration = 6, .ended = true, .entries = {entry(41)}};
  EXPECT_EQ(render(playlist),
            "#EXTM3U\n"
            "#EXT-X-VERSION:3\n"
            "#EXT-X-TARGETDURATION:6\n"
            "#EXT-X-MEDIA-SEQUENCE:41\n"
            "#EXT-X-DISCONTINUITY-SEQUENCE:0\n"
            "#EXT-X-PLAYLIST-TYPE:VOD\n"
            "#EXT-X-INDEPENDENT-SEGMENTS\n"
            "#EXT-X-PROGRAM-DATE-TIME:2025-01-16T06:59:54.123Z\n"
            "#EXTINF:6.000000,\n"
            "segment_41.ts\n"
            "#EXT-X-ENDLIST\n");
}

TEST(MediaPlaylist, EventIsTypedAndStaysOpen) {
  const auto text = render({.kind = PlaylistKind::kEvent, .entries = {entry(41)}});
  EXPECT_THAT(text, HasSubstr("#EXT-X-PLAYLIST-TYPE:EVENT\n"));
  EXPECT_THAT(text, Not(HasSubstr("ENDLIST")));
}

TEST(MediaPlaylist, WithoutSegmentsItIsStillAPlaylist) {
  EXPECT_EQ(render({.kind = PlaylistKind::kLive, .target_duration = 10}),
            "#EXTM3U\n#EXT-X-VERSION:8\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:0\n"
            "#EXT-X-DISCONTINUITY-SEQUENCE:0\n");
}

TEST(MediaPlaylist, PointsBehindTheGapsAtItsFrontOnceItHasEnded) {
  MediaPlaylist playlist{.kind = PlaylistKind::kVod, .ended = true};
  playlist.entries.resize(3);
  for (Entry& entry : playlist.entries) {
    entry.duration_90k = 135'000;
  }
  EXPECT_THAT(render(playlist), Not(HasSubstr("EXT-X-START")));
  playlist.entries[0].gap = playlist.entries[1].gap = true;
  EXPECT_THAT(render(playlist), HasSubstr("#EXT-X-START:TIME-OFFSET=3.000000\n"));
  playlist.ended = false;
  EXPECT_THAT(render(playlist), Not(HasSubstr("EXT-X-START")));
}

TEST(MediaPlaylist, AMissingNumberIsADiscontinuity) {
  const auto text = render({.entries = {entry(41), entry(43)}});
  EXPECT_THAT(text, HasSubstr("segment_41.ts\n#EXT-X-DISCONTINUITY\n"));
  EXPECT_THAT(render({.entries = {entry(41), entry(42)}}), Not(HasSubstr("DISCONTINUITY\n")));
}

TEST(MediaPlaylist, IndependenceIsSaidOnlyIfItHoldsForAll) {
  MediaPlaylist playlist{.entries = {entry(41), entry(42)}};
  playlist.entries[1].independent = false;
  EXPECT_THAT(render(playlist), Not(HasSubstr("INDEPENDENT")));
}

TEST(MediaPlaylist, AnHourOfOddDurationsAddsUpWithinAMillisecond) {
  MediaPlaylist playlist;
  uint64_t ticks = 0;
  for (uint64_t i = 0; i < 600; ++i) {
    const uint64_t duration = 540'000 + (i * 7919) % 3754;
    playlist.entries.push_back(entry(41 + i, duration));
    ticks += duration;
  }
  std::istringstream lines(render(playlist));
  double sum = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#EXTINF:")) {
      sum += std::stod(line.substr(8));
    }
  }
  EXPECT_NEAR(sum, static_cast<double>(ticks) / 90'000, 0.001);
}

TEST(MediaPlaylist, EachDurationIsTheNearestMicrosecond) {
  for (const uint64_t ticks : {1, 2, 3003, 3754, 540'001, 899'999}) {
    std::string text = render({.entries = {entry(41, ticks)}});
    const double shown = std::stod(text.substr(text.find("#EXTINF:") + 8));
    EXPECT_NEAR(shown, static_cast<double>(ticks) / 90'000, 0.51e-6) << ticks;
  }
}

TEST(MakeEntry, TakesWhatTheRecordSays) {
  arena::SegmentRecord record{.start_utc_ns = to_ns(kStart), .duration_90k = 540'540};
  record.cut = arena::Cut::kIdr;
  record.discontinuity.add(arena::Discontinuity::kLoss);
  const Entry e = make_entry(record, 9, "x.ts");
  EXPECT_EQ(e.uri, "x.ts");
  EXPECT_EQ(e.sequence, 9u);
  EXPECT_EQ(e.duration_90k, 540'540u);
  EXPECT_EQ(e.start, kStart);
  EXPECT_TRUE(e.discontinuity);
  EXPECT_TRUE(e.independent);
  record.cut = arena::Cut::kIPicture;
  EXPECT_FALSE(make_entry(record, 9, "x.ts").independent);
  record.cut = arena::Cut::kPes;
  EXPECT_TRUE(make_entry(record, 9, "x.ts").independent);
}

TEST(MakeEntry, LeavesNothingToPlayOfWhatCameBeforeTheFirstAccessPoint) {
  arena::SegmentRecord record;
  record.cut = arena::Cut::kStart;
  EXPECT_TRUE(make_entry(record, 0, "x.ts").gap);
  for (const arena::Cut cut : {arena::Cut::kIdr, arena::Cut::kPes, arena::Cut::kForced}) {
    record.cut = cut;
    EXPECT_FALSE(make_entry(record, 0, "x.ts").gap);
  }
}

TEST(MakeEntry, GivesWhatHasNoMediaTimeAMillisecondHoweverLongItTookToArrive) {
  const arena::SegmentRecord record{.start_utc_ns = to_ns(kStart),
                                    .end_utc_ns = to_ns(kStart + 1h)};
  EXPECT_EQ(make_entry(record, 0, "x").duration_90k, 90u);
}

TEST(TargetDuration, IsRoundedAndNeverZero) {
  EXPECT_EQ(target_duration(10s), 10u);
  EXPECT_EQ(target_duration(2400ms), 2u);
  EXPECT_EQ(target_duration(2600ms), 3u);
  EXPECT_EQ(target_duration(100ms), 1u);
}

std::vector<Entry> run_of(size_t count, uint64_t duration_90k) {
  std::vector<Entry> entries;
  for (size_t i = 0; i < count; ++i) {
    entries.push_back(entry(41 + i, duration_90k));
  }
  return entries;
}

TEST(LiveWindow, HoldsTheNumberOfSegmentsAskedFor) {
  EXPECT_EQ(live_window_begin(run_of(20, 540'000), 6, 10), 14u);
}

TEST(LiveWindow, HoldsAtLeastThreeTargetDurations) {
  EXPECT_EQ(live_window_begin(run_of(40, 90'000), 6, 10), 10u);
}

TEST(LiveWindow, HoldsEverythingIfThereIsLessOrItIsUnlimited) {
  EXPECT_EQ(live_window_begin(run_of(4, 540'000), 6, 10), 0u);
  EXPECT_EQ(live_window_begin(run_of(400, 540'000), 0, 10), 0u);
  EXPECT_EQ(live_window_begin({}, 6, 10), 0u);
}

}  // namespace
}  // namespace sluice::playlist
