#include "dataplane/source/gate.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace sluice::source {
namespace {

TEST(Gate, IsShutUntilItIsOpened) {
  Gate gate;
  EXPECT_TRUE(gate.is_shut());
  EXPECT_FALSE(gate.pass());
  gate.open();
  EXPECT_TRUE(gate.pass());
}

TEST(Gate, IsShutOnlyOnceTheLcoreHasSeenTheRequest) {
  Gate gate;
  gate.open();
  gate.ask();
  EXPECT_FALSE(gate.is_shut());
  EXPECT_FALSE(gate.pass());
  EXPECT_TRUE(gate.is_shut());
  gate.ask();
  EXPECT_TRUE(gate.is_shut()) << "asking again changes nothing";
}

/// What lies behind the gate is made anew again and again while another thread uses it: for
/// ThreadSanitizer and AddressSanitizer to look at.
TEST(Gate, KeepsTheLcoreOffWhatIsMadeAnew) {
  constexpr int kRounds = 1000;
  Gate gate;
  auto behind = std::make_unique<int>(0);
  std::atomic<bool> stop = false;
  std::atomic<int> seen = 0;
  gate.open();
  std::thread lcore([&] {
    while (!stop.load(std::memory_order_relaxed)) {
      if (gate.pass()) {
        seen.store(*behind, std::memory_order_relaxed);
      }
    }
  });
  for (int round = 1; round <= kRounds; ++round) {
    gate.ask();
    while (!gate.is_shut()) {
      std::this_thread::yield();
    }
    behind = std::make_unique<int>(round);
    gate.open();
  }
  while (seen.load(std::memory_order_relaxed) != kRounds) {
    std::this_thread::yield();
  }
  stop.store(true, std::memory_order_relaxed);
  lcore.join();
}

}  // namespace
}  // namespace sluice::source
