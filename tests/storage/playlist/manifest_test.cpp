#include "storage/playlist/manifest.h"

#include <gmock/gmock.h>

#include <cstring>

#include "config/base/utc.h"

namespace sluice::playlist {
namespace {

using testing::HasSubstr;

ManifestEntry example() {
  ManifestEntry e{.stream = "news",
                  .sequence = 41,
                  .number_in_hour = 3,
                  .key = "news/2025/01/16/06/segment_20250116-060000__0003.ts",
                  .bytes = 188'000,
                  .lost = false,
                  .live_gap = true};
  e.record = {.start_utc_ns = to_ns(*parse_rfc3339("2025-01-16T06:00:00.5Z")),
              .end_utc_ns = to_ns(*parse_rfc3339("2025-01-16T06:00:06.5Z")),
              .start_pts = (1ULL << 33) - 1,
              .duration_90k = 540'000,
              .ts_packets = 1000,
              .injected_packets = 2,
              .datagrams = 143,
              .cc_errors = 4,
              .transport_errors = 5,
              .scrambled = 6,
              .lost_datagrams = 7};
  e.record.cut = arena::Cut::kForced;
  e.record.discontinuity.add(arena::Discontinuity::kLoss);
  e.record.discontinuity.add(arena::Discontinuity::kClockStep);
  e.record.crc_errors = 8;
  e.record.faulty_pids.add(256, &arena::PidFaults::cc_errors, 4);
  e.record.faulty_pids.add(0, &arena::PidFaults::crc_errors, 8);
  return e;
}

TEST(Manifest, ALineIsJsonWithEveryField) {
  EXPECT_EQ(
      render_manifest_line(example()),
      R"({"stream":"news","sequence":41,"number_in_hour":3,)"
      R"("key":"news/2025/01/16/06/segment_20250116-060000__0003.ts","bytes":188000,)"
      R"("program_date_time":"2025-01-16T06:00:00.500Z","start_utc_ns":1737007200500000000,)"
      R"("end_utc_ns":1737007206500000000,"start_pts":8589934591,"duration_90k":540000,)"
      R"("ts_packets":1000,"injected_packets":2,"datagrams":143,"cc_errors":4,)"
      R"("transport_errors":5,"scrambled":6,"lost_datagrams":7,"crc_errors":8,)"
      R"("pids":[{"pid":256,"cc_errors":4,"transport_errors":0,"scrambled":0,"crc_errors":0},)"
      R"({"pid":0,"cc_errors":0,"transport_errors":0,"scrambled":0,"crc_errors":8}],)"
      R"("cut":"forced",)"
      R"("discontinuity":["loss","clock_step"],"lost":false,"live_gap":true})"
      "\n");
}

TEST(Manifest, ALineReadsBackAsItWas) {
  const ManifestEntry in = example();
  const auto out = parse_manifest_line(render_manifest_line(in));
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(render_manifest_line(*out), render_manifest_line(in));
  EXPECT_EQ(std::memcmp(&out->record, &in.record, sizeof in.record), 0);
}

TEST(Manifest, ALineOfAnEarlierVersionHasNoFaultsByPid) {
  ManifestEntry in = example();
  std::string line = render_manifest_line(in);
  const size_t from = line.find("\"crc_errors\":8,");
  line.erase(from, line.find("\"cut\"") - from);
  const auto out = parse_manifest_line(line);
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_TRUE(out->record.faulty_pids.empty());
  EXPECT_EQ(out->record.cc_errors, 4U);
}

TEST(Manifest, BadLinesAreErrorsThatNameTheirFault) {
  EXPECT_FALSE(parse_manifest_line("{"));
  const auto missing = parse_manifest_line(R"({"stream":"news"})");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("sequence"));
  std::string line = render_manifest_line(example());
  line.replace(line.find("forced"), 6, "sawed!");
  const auto cut = parse_manifest_line(line);
  ASSERT_FALSE(cut);
  EXPECT_THAT(cut.error().message, HasSubstr("sawed!"));
}

TEST(Manifest, NumbersThatDoNotFitAreErrorsThatNameThem) {
  for (const char* bytes : {"-1", "1.5", "1e30", "18446744073709551616", "\"7\"", "null"}) {
    std::string line = render_manifest_line(example());
    line.replace(line.find("188000"), 6, bytes);
    const auto entry = parse_manifest_line(line);
    ASSERT_FALSE(entry) << bytes;
    EXPECT_THAT(entry.error().message, HasSubstr("'bytes'"));
  }
  std::string line = render_manifest_line(example());
  line.replace(line.find("1737007200500000000"), 19, "9223372036854775808");
  EXPECT_FALSE(parse_manifest_line(line));
}

}  // namespace
}  // namespace sluice::playlist
