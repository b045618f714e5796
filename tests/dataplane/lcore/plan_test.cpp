#include "dataplane/lcore/plan.h"

#include <gtest/gtest.h>

namespace sluice::lcore {
namespace {

TEST(LcorePlan, DoesEverythingOnOneCpu) {
  const auto plan = plan_lcores({}, {3}, false);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->main_cpu, 3U);
  ASSERT_EQ(plan->workers.size(), 1U);
  EXPECT_EQ(plan->workers[0].cpu, 3U);
  EXPECT_TRUE(plan->workers[0].receives);
  EXPECT_TRUE(plan->workers[0].segments);
}

TEST(LcorePlan, SharesTheMainCpuWithSegmentingOnTwo) {
  const auto plan = plan_lcores({}, {0, 1}, false);
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->workers.size(), 2U);
  EXPECT_EQ(plan->workers[0].cpu, 1U);
  EXPECT_TRUE(plan->workers[0].receives && !plan->workers[0].segments);
  EXPECT_EQ(plan->workers[1].cpu, 0U);
  EXPECT_TRUE(plan->workers[1].segments && !plan->workers[1].receives);
}

TEST(LcorePlan, GivesEachRoleItsCpuWhereThereAreEnough) {
  const auto plan = plan_lcores({}, {0, 1, 2, 3}, false);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->workers[0].cpu, 1U);
  EXPECT_EQ(plan->workers[1].cpu, 2U);
}

TEST(LcorePlan, FollowsTheConfiguration) {
  const auto plan = plan_lcores({.main = 1, .rx = {0, 2}, .segment = {2, 3}}, {0, 1, 2, 3}, true);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->main_cpu, 1U);
  ASSERT_EQ(plan->workers.size(), 4U);
  EXPECT_TRUE(plan->workers[1].receives && plan->workers[1].segments) << "both roles on CPU 2";
  EXPECT_TRUE(plan->workers[3].reads_files);
  EXPECT_EQ(plan->workers[3].cpu, 1U);
}

TEST(LcorePlan, RefusesCpusThatTheProcessMayNotUse) {
  const auto plan = plan_lcores({.main = {}, .rx = {7}, .segment = {1}}, {0, 1}, false);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().message, "dataplane.lcores.rx: this process may not use CPU 7, only 0, 1");
}

}  // namespace
}  // namespace sluice::lcore
