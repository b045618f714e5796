#include "config/base/secret.h"

#include <gtest/gtest.h>

#include <sstream>

namespace sluice {
namespace {

TEST(Secret, NeverPrintsWhatItHolds) {
  std::ostringstream out;
  out << Secret("hunter2");
  EXPECT_EQ(out.str(), "***");
}

TEST(Secret, GivesItsTextOnlyWhenAsked) {
  Secret secret("hunter2");
  EXPECT_EQ(secret.reveal(), "hunter2");
  const Secret moved = std::move(secret);
  EXPECT_EQ(moved.reveal(), "hunter2");
}

}  // namespace
}  // namespace sluice
