#include "control/upload/keys.h"

#include <gtest/gtest.h>

namespace sluice::upload {
namespace {

TEST(Keys, FoldersComeFromASegmentsKey) {
  const std::string key = "p/live/cam1/2025/01/16/06/segment_20250116-060000__0000.ts";
  EXPECT_EQ(stream_folder(key), "p/live/cam1/");
  EXPECT_EQ(hour_folder(key), "p/live/cam1/2025/01/16/06/");
  EXPECT_EQ(file_name(key), "segment_20250116-060000__0000.ts");
}

TEST(Keys, WithoutAStreamFolderThereIsNone) {
  EXPECT_EQ(stream_folder("2025/01/16/06/s.ts"), "");
  EXPECT_EQ(hour_folder("2025/01/16/06/s.ts"), "2025/01/16/06/");
}

}  // namespace
}  // namespace sluice::upload
