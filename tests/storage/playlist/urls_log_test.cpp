#include "storage/playlist/urls_log.h"

#include <gtest/gtest.h>

#include <vector>

namespace sluice::playlist {
namespace {

TEST(UrlsLog, HasALineAnHour) {
  const std::vector<HourUrl> hours{
      {.hour = *parse_rfc3339("2025-01-16T06:00:00Z"), .url = "https://a/06?x=1"},
      {.hour = *parse_rfc3339("2025-01-16T07:00:00Z"), .url = "https://a/07?x=2"}};
  EXPECT_EQ(render_urls_log(hours),
            "Hour 2025/01/16/06 => https://a/06?x=1\nHour 2025/01/16/07 => https://a/07?x=2\n");
}

}  // namespace
}  // namespace sluice::playlist
