#include "config/load_streams.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class LoadStreams : public testing::Test {
 protected:
  LoadStreams() {
    Loaded loaded = load_text(
        "dataplane: {driver: pcap, interface: eth1}\n"
        "defaults: {segment: {target: 2s, max: 4s}, retention: 3d}\n"
        "streams: [{name: news, source: \"udp://239.1.1.1:5000\"}]\n"
        "storage: {endpoint: \"file:///srv\"}\n",
        "s.yaml");
    appliance_ = std::move(*loaded);
    others_ = {&appliance_.streams.front()};
  }
  LoadedStreams load(const std::vector<std::string>& texts) {
    return load_streams(texts, "command", appliance_, others_);
  }

  Appliance appliance_;
  std::vector<const Stream*> others_;
};

TEST_F(LoadStreams, GivesThemTheDefaultsOfTheFile) {
  const auto streams = load({R"({"name": "sport", "source": "rtp://239.1.1.2:5004", "vlan": 5})",
                             "{name: mux7, source: 'udp://239.1.1.3:5000', segment: {max: 9s}}"});
  ASSERT_TRUE(streams) << to_string(streams.error());
  EXPECT_EQ(streams->at(0).segment.target, std::chrono::seconds(2));
  EXPECT_EQ(streams->at(0).retention, std::chrono::hours(72));
  EXPECT_EQ(streams->at(0).vlan, 5);
  EXPECT_EQ(streams->at(1).segment.max, std::chrono::seconds(9));
}

TEST_F(LoadStreams, SaysEverythingThatIsWrongWithAnyOfThem) {
  const auto streams = load({R"({"name": "sport", "source": "udp://239.1.1.2"})",
                             "{name: mux7,\n source: 'udp://239.1.1.3:5000', ratention: 1d}", "["});
  ASSERT_FALSE(streams);
  ASSERT_EQ(streams.error().size(), 3U);
  EXPECT_THAT(to_string(streams.error()[0]), HasSubstr("command:1:29: streams[0].source"));
  EXPECT_THAT(to_string(streams.error()[1]), HasSubstr("command:2:34: unknown key \"ratention\""));
  EXPECT_THAT(to_string(streams.error()[2]), HasSubstr("not YAML"));
}

TEST_F(LoadStreams, AreHeldAgainstTheOthers) {
  const auto streams = load({"{name: news, source: 'udp://239.1.1.9:5000'}",
                             "{name: copy, source: 'udp://239.1.1.1:5000'}",
                             "{name: port, source: 'udp://239.1.1.4:5000', port: b}"});
  ASSERT_FALSE(streams);
  ASSERT_EQ(streams.error().size(), 3U);
  EXPECT_THAT(streams.error()[0].message, HasSubstr("another stream is called \"news\" already"));
  EXPECT_THAT(streams.error()[1].message, HasSubstr("stream \"news\" takes the same packets"));
  EXPECT_THAT(streams.error()[2].message, HasSubstr("no port is called \"b\""));
}

TEST_F(LoadStreams, AreNoMoreThanAnApplianceTakes) {
  std::vector<std::string> texts;
  for (int i = 0; i < 4096; ++i) {
    texts.push_back("{name: s" + std::to_string(i) +
                    ", source: 'udp://239.2.1.1:" + std::to_string(10'000 + i) + "'}");
  }
  const auto streams = load(texts);
  ASSERT_FALSE(streams);
  EXPECT_THAT(to_string(streams.error()), HasSubstr("at most 4096 streams"));
  others_.clear();
  EXPECT_TRUE(load(texts));
}

}  // namespace
}  // namespace sluice::config
