#include "config/write.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "tests/config/sample.h"

namespace sluice::config {
namespace {

Loaded load_here(std::string_view text) {
  return load_text(text, "s.yaml", [](const std::string&) { return Result<std::string>("eth7"); });
}

/// What is read back from what was written is written the same.
void expect_round_trip(std::string_view yaml) {
  const Loaded first = load_here(yaml);
  ASSERT_TRUE(first) << to_string(first.error());
  const std::string written = to_yaml(*first);
  const Loaded second = load_here(written);
  ASSERT_TRUE(second) << to_string(second.error()) << "\n" << written;
  EXPECT_EQ(to_yaml(*second), written);
}

TEST(Write, TheSampleSurvives) {
  expect_round_trip(kSample);
  const Loaded sample = load_here(kSample);
  const Loaded again = load_here(to_yaml(*sample));
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_EQ(again->dataplane.eal, sample->dataplane.eal);
  EXPECT_EQ(again->dataplane.lcores.segment, sample->dataplane.lcores.segment);
  EXPECT_EQ(again->streams[1].vlan, 5);
  EXPECT_EQ(again->streams[1].ssm, "10.0.0.1");
  EXPECT_EQ(again->streams[1].bitrate, 8'000'000U);
  EXPECT_EQ(again->streams[2].source.host, "ff3e::8000:1");
  EXPECT_EQ(again->streams[2].program.number, 3);
  EXPECT_EQ(again->streams[3].source.path, "/srv/clip.ts");
  EXPECT_EQ(again->spool.max, 500ULL << 30);
  EXPECT_EQ(again->control.token_file, "/etc/sluice/token");
}

TEST(Write, AnInterfaceStandsForItsPort) {
  expect_round_trip(
      "dataplane: {interface: eth3}\n"
      "streams: [{name: a, source: \"udp://239.1.1.1:5000\"}]\n"
      "storage: {endpoint: \"file:///srv\"}\n");
}

TEST(Write, WordsThatYamlWouldTakeForSomethingElseSurvive) {
  const Loaded loaded = load_here(
      "streams: [{name: \"1\", source: \"udp://239.1.1.1:5000\", group: \"true\"}]\n"
      "storage: {endpoint: \"file:///s: #\\\"v\", region: \"~\"}\n");
  ASSERT_TRUE(loaded) << to_string(loaded.error());
  const Loaded again = load_here(to_yaml(*loaded));
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_EQ(again->streams[0].name.str(), "1");
  EXPECT_EQ(again->streams[0].group, "true");
  EXPECT_EQ(again->storage.endpoint, "file:///s: #\"v");
  EXPECT_EQ(again->storage.region, "~");
}

TEST(Write, SecretsAreLeftOut) {
  Loaded loaded = load_here(
      "streams: [{name: a, source: \"udp://239.1.1.1:5000\"}]\n"
      "storage: {endpoint: \"https://s3\"}\n");
  ASSERT_TRUE(loaded);
  loaded->storage.credentials.source = Credentials::From::kInline;
  loaded->storage.credentials.secret_key = Secret("hunter2");
  EXPECT_THAT(to_yaml(*loaded), testing::Not(testing::HasSubstr("hunter2")));
}

}  // namespace
}  // namespace sluice::config
