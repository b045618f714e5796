#include "config/base/stop_signal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

namespace sluice {
namespace {

using namespace std::chrono_literals;

TEST(StopSignal, IsAskedForBySigintSigtermAndSighup) {
  std::signal(SIGHUP, SIG_DFL);  // the tests themselves may run under nohup
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    StopSignal stop;
    EXPECT_FALSE(stop.asked());
    kill(getpid(), signal);
    EXPECT_TRUE(stop.asked());
    EXPECT_TRUE(stop.asked()) << "and stays so";
    EXPECT_FALSE(stop.asked_again());
  }
}

TEST(StopSignal, IsNotAskedForByAHangUpUnderNohup) {
  std::signal(SIGHUP, SIG_IGN);
  {
    StopSignal stop;
    kill(getpid(), SIGHUP);
    EXPECT_FALSE(stop.asked());
  }
  std::signal(SIGHUP, SIG_DFL);
}

TEST(StopSignal, TwoSignalsAtOnceAreOneStop) {
  StopSignal stop(1h);
  kill(getpid(), SIGTERM);
  EXPECT_TRUE(stop.asked());
  kill(getpid(), SIGTERM);
  EXPECT_FALSE(stop.asked_again());
}

TEST(StopSignal, TwoSignalsApartAreTwo) {
  StopSignal stop(0ms);
  kill(getpid(), SIGTERM);
  EXPECT_TRUE(stop.asked());
  kill(getpid(), SIGTERM);
  EXPECT_TRUE(stop.asked_again());
  EXPECT_FALSE(stop.asked_again()) << "told once";
}

}  // namespace
}  // namespace sluice
