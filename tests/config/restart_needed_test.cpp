#include "config/restart_needed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "tests/config/sample.h"

namespace sluice::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RestartNeeded, NamesWhatARunningProcessCannotChange) {
  const Appliance running = *load_text(kSample, "s.yaml");
  Appliance wanted = running;
  EXPECT_THAT(restart_needed(running, wanted), IsEmpty());
  wanted.dataplane.lcores.rx = {4};
  wanted.dataplane.ports[0].rx_queues = 2;
  wanted.arena.size = 1 << 30;
  wanted.storage.credentials.profile = "other";
  wanted.spool.always = true;
  wanted.control.listen = "0.0.0.0:80";
  EXPECT_THAT(restart_needed(running, wanted),
              ElementsAre("dataplane.ports", "dataplane.lcores", "arena.size",
                          "storage.credentials", "spool.when", "control.listen"));
}

TEST(RestartNeeded, StreamsAndTheirDefaultsNeedNone) {
  const Appliance running = *load_text(kSample, "s.yaml");
  Appliance wanted = running;
  wanted.streams.pop_back();
  wanted.streams.front().source.port = 1;
  wanted.defaults.retention = std::chrono::hours(1);
  EXPECT_THAT(restart_needed(running, wanted), IsEmpty());
}

}  // namespace
}  // namespace sluice::config
