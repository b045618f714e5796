#include "config/base/units.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using namespace std::chrono_literals;

TEST(Units, ReadsDurationsWithOneOrSeveralUnits) {
  EXPECT_EQ(parse_duration("2s").value(), 2s);
  EXPECT_EQ(parse_duration("500ms").value(), 500ms);
  EXPECT_EQ(parse_duration("1.5s").value(), 1500ms);
  EXPECT_EQ(parse_duration("1h30m").value(), 90min);
  EXPECT_EQ(parse_duration("7d").value(), 168h);
}

TEST(Units, RefusesDurationsWithoutUnitOrWithAStrangeOne) {
  for (const char* text : {"", "2", "s", "2 s", "-2s", "2x", "2s3", "1e300d", "nans", "infs"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Units, ReadsBinaryAndDecimalSizes) {
  EXPECT_EQ(parse_size("256MiB").value(), 268435456U);
  EXPECT_EQ(parse_size("2GiB").value(), 2147483648U);
  EXPECT_EQ(parse_size("500kB").value(), 500000U);
  EXPECT_EQ(parse_size("188B").value(), 188U);
  EXPECT_FALSE(parse_size("188"));
  EXPECT_FALSE(parse_size("2GiB "));
}

TEST(Units, ReadsBitrates) {
  EXPECT_EQ(parse_bitrate("8Mbps").value(), 8000000U);
  EXPECT_EQ(parse_bitrate("1.5Gbps").value(), 1500000000U);
  EXPECT_FALSE(parse_bitrate("8MB"));
}

TEST(Units, FormatsSizesForPeople) {
  EXPECT_EQ(format_size(188), "188 B");
  EXPECT_EQ(format_size(1536), "1.5 KiB");
  EXPECT_EQ(format_size(256ULL << 20), "256 MiB");
}

TEST(Units, AFormattedDurationReadsBackAsItself) {
  using namespace std::chrono_literals;
  EXPECT_EQ(format_duration(6s), "6s");
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(1500ms), "1500ms");
  EXPECT_EQ(format_duration(168h), "7d");
  for (const std::chrono::nanoseconds d : {0ns, 1ns, 999'999ns, std::chrono::nanoseconds(25h)}) {
    EXPECT_EQ(parse_duration(format_duration(d)).value_or(-1ns), d);
  }
}

}  // namespace
}  // namespace sluice
