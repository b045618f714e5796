#include "config/base/stream_id.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(StreamId, TakesNamesThatAreSafeInKeysAndUrls) {
  for (const char* name : {"news", "live/cam1", "A.b_c-9", "..x"}) {
    ASSERT_TRUE(StreamId::parse(name)) << name;
    EXPECT_EQ(StreamId::parse(name)->str(), name);
  }
}

TEST(StreamId, RefusesNamesThatWouldEscapeTheirFolder) {
  for (const char* name : {"", "/", "a/", "/a", "a//b", "..", "a/../b", ".", "a b", "ä", "a%2f"}) {
    EXPECT_FALSE(StreamId::parse(name)) << name;
  }
  EXPECT_TRUE(StreamId::parse(std::string(127, 'x')));
  EXPECT_FALSE(StreamId::parse(std::string(128, 'x')));
}

}  // namespace
}  // namespace sluice
