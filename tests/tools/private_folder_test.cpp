#include "tools/private_folder.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace sluice::tools {
namespace {

using std::filesystem::perms;

TEST(PrivateFolder, IsForThisUserAloneAndGoesWithItsOwner) {
  std::filesystem::path path;
  {
    const auto folder = PrivateFolder::make();
    ASSERT_TRUE(folder) << folder.error().message;
    path = folder->path();
    const auto file = folder->write("keys", "secret");
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_all);
    EXPECT_EQ(std::filesystem::status(*file).permissions(), perms::owner_read | perms::owner_write);
    std::string text;
    std::ifstream(*file) >> text;
    EXPECT_EQ(text, "secret");
    EXPECT_FALSE(folder->write("keys", "again")) << "what is there is never written over";
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace sluice::tools
