#include "config/base/utc.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using namespace std::chrono_literals;

// 1737010803 is `date -u -d 2025-01-16T07:00:03Z +%s`
constexpr Utc kSometime = utc_from_ns(1'737'010'803'045'000'000);

TEST(Utc, FormatsForPlaylistsSigningAndObjectNames) {
  EXPECT_EQ(rfc3339_ms(kSometime), "2025-01-16T07:00:03.045Z");
  EXPECT_EQ(iso8601_basic(kSometime), "20250116T070003Z");
  EXPECT_EQ(hour_path(kSometime), "2025/01/16/07");
  EXPECT_EQ(segment_stamp(kSometime), "20250116-070003");
  EXPECT_EQ(floor_hour(kSometime), kSometime - 3045ms);
}

TEST(Utc, TimesBefore1970RoundDownToo) {
  EXPECT_EQ(rfc3339_ms(utc_from_ns(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(Utc, ReadsWhatItWrites) {
  EXPECT_EQ(parse_rfc3339(rfc3339_ms(kSometime)), kSometime);
  EXPECT_EQ(parse_rfc3339("2025-01-16T07:00:03Z"), kSometime - 45ms);
  EXPECT_EQ(parse_rfc3339("2025-01-16T09:30:03.045+02:30"), kSometime);
}

TEST(Utc, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2025-01-16", "2025-02-30T00:00:00Z", "2025-01-16T07:00:03", "2025-01-16T25:00:00Z",
        "2025-01-16T07:00:03Zx", "2025-01-16T07:00:03+24:00"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Utc, RefusesYearsThatNanosecondsDoNotReach) {
  EXPECT_FALSE(parse_rfc3339("1677-12-31T23:59:59Z"));
  EXPECT_FALSE(parse_rfc3339("2262-01-01T00:00:00Z"));
  // `date -u -d 1678-01-01 +%s` and `date -u -d 2261-12-31T23:59:59 +%s`
  EXPECT_EQ(parse_rfc3339("1678-01-01T00:00:00Z"), Utc(-9'214'560'000s));
  EXPECT_EQ(parse_rfc3339("2261-12-31T23:59:59Z"), Utc(9'214'646'399s));
}

}  // namespace
}  // namespace sluice
