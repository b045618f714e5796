#include "storage/arena/progress.h"

#include <gtest/gtest.h>

#include <memory>

namespace sluice::arena {
namespace {

TEST(Progress, OfADataplaneWantsItsSlowThreadAndEachLcore) {
  const auto page = std::make_unique<StatsPage>();
  page->lcores[0].used.set(1);
  page->lcores[5].used.set(1);
  const auto go_on = [&page](bool slow, bool first, bool second) {
    page->heartbeat_ns.add(slow ? 1 : 0);
    page->lcores[0].busy_cycles.add(first ? 1 : 0);
    page->lcores[5].idle_cycles.add(second ? 1 : 0);
  };
  DataplaneProgress progress;
  go_on(true, true, true);
  EXPECT_TRUE(progress.advanced(*page));
  EXPECT_FALSE(progress.advanced(*page));
  go_on(true, true, true);
  EXPECT_TRUE(progress.advanced(*page));
  go_on(false, true, true);
  EXPECT_FALSE(progress.advanced(*page));
  go_on(true, false, true);
  EXPECT_FALSE(progress.advanced(*page));
  go_on(true, true, false);
  EXPECT_FALSE(progress.advanced(*page));
  page->lcores[5].used.set(0);
  go_on(true, true, false);
  EXPECT_TRUE(progress.advanced(*page));
}

TEST(Progress, OfAControlProcessIsItsHeartbeat) {
  const auto page = std::make_unique<ControlPage>();
  ControlProgress progress;
  EXPECT_FALSE(progress.advanced(*page));
  page->heartbeat_ns.set(7);
  EXPECT_TRUE(progress.advanced(*page));
  EXPECT_FALSE(progress.advanced(*page));
}

}  // namespace
}  // namespace sluice::arena
