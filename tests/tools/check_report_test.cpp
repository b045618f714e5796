#include "tools/check_report.h"

#include <gtest/gtest.h>

#include <sstream>

#include "config/load.h"
#include "tools/check_json.h"

namespace sluice::tools {
namespace {

std::string plan_of(std::string_view yaml) {
  const auto appliance =
      config::load_text(yaml, "f", [](const std::string&) { return Result<std::string>("eth7"); });
  EXPECT_TRUE(appliance) << to_string(appliance.error());
  const lcore::LcorePlan lcores{.main_cpu = 0,
                                .workers = {{.cpu = 1, .receives = true},
                                            {.cpu = 2, .segments = true},
                                            {.cpu = 3, .segments = true}}};
  std::ostringstream out;
  print_plan(*appliance, lcores, out);
  return out.str();
}

/// The line that begins with a word.
std::string line(const std::string& text, const std::string& word) {
  const size_t start = text.find(word + " ");
  return start == std::string::npos ? "" : text.substr(start, text.find('\n', start) - start);
}

TEST(CheckReport, SaysWhatWasChosenWhereTheFileIsSilent) {
  const std::string plan = plan_of(
      "streams: [{name: news, source: \"udp://239.1.1.1:5000\", bitrate: 8Mbps}]\n"
      "storage: {endpoint: \"file:///srv\"}\n");
  EXPECT_EQ(line(plan, "driver"), "driver     DPDK (net_af_packet) on eth7");
  EXPECT_EQ(line(plan, "port"), "port       eth7: net_af_packet0, 1 receive queue");
  EXPECT_EQ(line(plan, "lcores"),
            "lcores     main on CPU 0, rx on 1, segment on 2, 3; they sleep when idle");
  // (10 s longest segment + 30 s hold) x 1,000,000 bytes a second, in MiB
  EXPECT_EQ(line(plan, "stream"),
            "stream     news: udp://239.1.1.1:5000, 8000 kbit/s, segments of 6s, at most 10s, "
            "arena 38.1 MiB");
  EXPECT_EQ(line(plan, "store"), "store      file:///srv, bucket hls");
}

TEST(CheckReport, FilesNeedNoDriver) {
  EXPECT_EQ(line(plan_of("streams: [{name: a, source: \"file:///x.ts\"}]\n"
                         "storage: {endpoint: \"file:///srv\"}\n"),
                 "driver"),
            "driver     none: all sources are files");
}

TEST(CheckReport, AFixedArenaIsNotSharedOutAmongStreams) {
  const std::string plan = plan_of(
      "arena: {size: 1GiB}\n"
      "streams: [{name: a, source: \"udp://239.1.1.1:5000\"}]\n"
      "storage: {endpoint: \"file:///srv\"}\n");
  EXPECT_EQ(line(plan, "stream").find("arena"), std::string::npos);
  EXPECT_EQ(line(plan, "arena").find("arena      1.0 GiB in /dev/shm/sluice, "), 0U);
}

TEST(CheckJson, HoldsThePlanAndWhatStandsInItsWay) {
  const auto appliance = config::load_text(
      "streams: [{name: news, source: \"udp://239.1.1.1:5000\", bitrate: 8Mbps}]\n"
      "storage: {endpoint: \"file:///srv\"}\narena: {path: /dev/shm/sluice-no-such}\n",
      "f", [](const std::string&) { return Result<std::string>("eth7"); });
  ASSERT_TRUE(appliance);
  const lcore::LcorePlan lcores{.main_cpu = 0, .workers = {{.cpu = 1, .receives = true}}};
  const api::Json json = plan_json(*appliance, lcores, {"no interface eth7"});
  EXPECT_FALSE(json["ok"].get<bool>());
  EXPECT_EQ(json["problems"][0]["message"], "no interface eth7");
  EXPECT_EQ(json["driver"], "dpdk");
  EXPECT_EQ(json["interface"], "eth7");
  EXPECT_EQ(json["ports"][0]["device"], "net_af_packet0");
  EXPECT_EQ(json["lcores"]["rx"], api::Json({1}));
  EXPECT_EQ(json["streams"][0]["bitrate"], 8'000'000);
  EXPECT_EQ(json["streams"][0]["max"], 10.0);
  EXPECT_EQ(json["streams"][0]["arena"], 40'000'000);
  EXPECT_TRUE(plan_json(*appliance, lcores, {})["ok"].get<bool>());
}

TEST(CheckJson, SaysWhereAFileIsWrong) {
  const api::Json json = problems_json({{.file = "f", .line = 3, .column = 7, .message = "bad"}});
  EXPECT_EQ(
      json,
      (api::Json{{"ok", false},
                 {"problems", {{{"file", "f"}, {"line", 3}, {"column", 7}, {"message", "bad"}}}}}));
}

}  // namespace
}  // namespace sluice::tools
