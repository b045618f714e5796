#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/arena_size.h"
#include "config/base/units.h"
#include "config/load.h"

namespace sluice::config {
namespace {

Loaded load_example(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return load_text(text.str(), file.filename(),
                   [](const auto&) { return Result<std::string>("eth1"); });
}

TEST(Examples, EachIsLoaded) {
  size_t loaded = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SLUICE_EXAMPLES)) {
    const Loaded appliance = load_example(entry.path());
    EXPECT_TRUE(appliance) << to_string(appliance.error());
    ++loaded;
  }
  EXPECT_GE(loaded, 6U);
}

TEST(Examples, TheHeadendHas500ChannelsAndSaysHowMuchMemoryTheyTake) {
  const Loaded appliance =
      load_example(std::filesystem::path(SLUICE_EXAMPLES) / "headend-500.yaml");
  ASSERT_TRUE(appliance);
  EXPECT_EQ(appliance->streams.size(), 500U);
  EXPECT_EQ(format_size(arena_bytes(*appliance)), "7.2 GiB");
}

TEST(Examples, CamerasAreRead) {
  const Loaded appliance = load_example(std::filesystem::path(SLUICE_EXAMPLES) / "cameras.yaml");
  ASSERT_TRUE(appliance);
  EXPECT_EQ(appliance->streams[0].source.scheme, Scheme::kRtsp);
  EXPECT_EQ(appliance->streams[1].source.port, 8554);
}

}  // namespace
}  // namespace sluice::config
