#include "storage/playlist/master_playlist.h"

#include <gmock/gmock.h>

namespace sluice::playlist {
namespace {

TEST(MasterPlaylist, ReadsAsTheStandardHasIt) {
  const std::vector<Variant> variants{
      {.uri = "../sport/index.m3u8",
       .bandwidth = 8'100'000,
       .average_bandwidth = 7'900'000,
       .codecs = "avc1.64001f,mp4a.40.2",
       .width = 1920,
       .height = 1080,
       .frame_rate = 30000.0 / 1001},
      {.uri = "../radio/index.m3u8", .bandwidth = 130'000, .average_bandwidth = 128'000}};
  EXPECT_EQ(render_master(variants),
            "#EXTM3U\n"
            "#EXT-X-VERSION:3\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=8100000,AVERAGE-BANDWIDTH=7900000,"
            "CODECS=\"avc1.64001f,mp4a.40.2\",RESOLUTION=1920x1080,FRAME-RATE=29.970\n"
            "../sport/index.m3u8\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=130000,AVERAGE-BANDWIDTH=128000\n"
            "../radio/index.m3u8\n");
}

TEST(Bandwidth, PeakIsTheFastestRunOfAboutATargetDuration) {
  // 6 s segments of 1, 3 and 2 Mbit/s under a target of 6 s: single segments and no pairs count.
  const std::vector<Sample> samples{{.bytes = 750'000, .duration_90k = 540'000},
                                    {.bytes = 2'250'000, .duration_90k = 540'000},
                                    {.bytes = 1'500'000, .duration_90k = 540'000}};
  EXPECT_EQ(measure_bandwidth(samples, 6).peak, 3'000'000u);
  EXPECT_EQ(measure_bandwidth(samples, 6).average, 2'000'000u);
}

TEST(Bandwidth, AShortBurstCountsOnlyWithItsNeighbours) {
  // 1 s at 8 Mbit/s between segments of 6 s at 1 Mbit/s; 0.5 target durations are 3 s.
  const std::vector<Sample> samples{{.bytes = 750'000, .duration_90k = 540'000},
                                    {.bytes = 1'000'000, .duration_90k = 90'000},
                                    {.bytes = 750'000, .duration_90k = 540'000}};
  EXPECT_EQ(measure_bandwidth(samples, 6).peak, 2'000'000u);
}

TEST(Bandwidth, OfTooLittleIsItsAverage) {
  const std::vector<Sample> samples{{.bytes = 1000, .duration_90k = 90'000}};
  EXPECT_EQ(measure_bandwidth(samples, 10).peak, 8000u);
  EXPECT_EQ(measure_bandwidth({}, 10).peak, 0u);
}

}  // namespace
}  // namespace sluice::playlist
