#include "dataplane/lcore/tsc_clock.h"

#include <gtest/gtest.h>

#include <thread>

namespace sluice::lcore {
namespace {

constexpr int64_t kStart = 1'737'010'710'000'000'000;
constexpr uint64_t kHz = 2'000'000'000;

TEST(TscClock, CountsOnFromWhereItWasPublished) {
  TscClock clock(kHz);
  clock.publish(1'000, kStart);
  EXPECT_EQ(clock.utc_ns(1'000), kStart);
  EXPECT_EQ(clock.utc_ns(1'000 + kHz), kStart + 1'000'000'000);
  EXPECT_EQ(clock.utc_ns(1'000 - 20), kStart - 10);
}

TEST(TscClock, CallsMoreThanHalfASecondAStep) {
  TscClock clock(kHz);
  clock.publish(0, kStart);
  clock.publish(kHz, kStart + 1'000'000'000 + 499'000'000);
  EXPECT_EQ(clock.steps(), 0U);
  clock.publish(2 * kHz, clock.utc_ns(2 * kHz) - 501'000'000);
  EXPECT_EQ(clock.steps(), 1U);
  clock.publish(3 * kHz, clock.utc_ns(3 * kHz) + 3'600'000'000'000);
  EXPECT_EQ(clock.steps(), 2U);
}

TEST(TscClock, NeverShowsAMixtureToAnotherThread) {
  TscClock clock(1'000'000'000);  // a tick is a nanosecond
  clock.publish(0, kStart);
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (uint64_t i = 0; i < 200'000; ++i) {
      clock.publish(i * 1000, kStart + static_cast<int64_t>(i) * 1000);
    }
    done = true;
  });
  while (!done) {
    ASSERT_EQ(clock.utc_ns(5), kStart + 5);
  }
  writer.join();
}

}  // namespace
}  // namespace sluice::lcore
