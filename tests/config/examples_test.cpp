#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/load.h"

namespace sluice::config {
namespace {

TEST(Examples, EachIsLoaded) {
  size_t loaded = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SLUICE_EXAMPLES)) {
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const Loaded appliance = load_text(text.str(), entry.path().filename(),
                                       [](const auto&) { return Result<std::string>("eth1"); });
    EXPECT_TRUE(appliance) << to_string(appliance.error());
    ++loaded;
  }
  EXPECT_GE(loaded, 4U);
}

}  // namespace
}  // namespace sluice::config
