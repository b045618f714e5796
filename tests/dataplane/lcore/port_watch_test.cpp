#include "dataplane/lcore/port_watch.h"

#include <gtest/gtest.h>

#include <memory>

namespace sluice::lcore {
namespace {

using namespace std::chrono_literals;

class CountingSource final : public source::PacketSource {
 public:
  CountingSource() : PacketSource("net_x0", {}) {}
  uint16_t receive(std::span<rte_mbuf*>) noexcept override { return 0; }
  source::NicCounters counters() override { return counted; }
  source::Link link() override { return line; }
  std::vector<source::Xstat> xstats() override { return listed; }

  source::NicCounters counted{.missed = 100, .errors = 1, .no_mbuf = 10};
  source::Link line{.state = arena::PortState::kDown, .mtu = 1500, .speed_mbps = 25'000};
  std::vector<source::Xstat> listed{{"rx_a", 1}, {"rx_b", 2}};
};

class PortWatchTest : public testing::Test {
 protected:
  std::unique_ptr<arena::StatsPage> page_{new arena::StatsPage()};
  arena::PortStats& stats_ = page_->ports[0];
  arena::PortXstats& xstats_ = page_->xstats[0];
  CountingSource source_;
  PortWatch watch_{source_, stats_, xstats_};
  PortWatch::Monotonic now_{1h};
};

TEST_F(PortWatchTest, AddsToWhatAPredecessorHasCounted) {
  stats_.nic_missed.set(1000);
  source_.counted.missed = 107;
  watch_.look(now_);
  watch_.look(now_);
  EXPECT_EQ(stats_.nic_missed.get(), 1007U);
  EXPECT_EQ(stats_.nic_errors.get(), 0U) << "counted before us";
}

TEST_F(PortWatchTest, ShowsTheLink) {
  watch_.look(now_);
  EXPECT_EQ(stats_.state.get(), static_cast<uint64_t>(arena::PortState::kDown));
  EXPECT_EQ(stats_.mtu.get(), 1500U);
  EXPECT_EQ(stats_.speed_mbps.get(), 25'000U);
}

TEST_F(PortWatchTest, ListsXstatsOnceASecond) {
  watch_.look(now_);
  EXPECT_STREQ(xstats_.entries[1].name, "rx_b");
  EXPECT_EQ(xstats_.entries[1].value.get(), 2U);
  EXPECT_STREQ(xstats_.entries[2].name, "");
  source_.listed = {{"rx_b", 7}};
  watch_.look(now_ + 100ms);
  EXPECT_STREQ(xstats_.entries[0].name, "rx_a");
  watch_.look(now_ + 1s);
  EXPECT_STREQ(xstats_.entries[0].name, "rx_b");
  EXPECT_EQ(xstats_.entries[0].value.get(), 7U);
  EXPECT_STREQ(xstats_.entries[1].name, "") << "the list has become shorter";
}

TEST_F(PortWatchTest, ListsNoMoreXstatsThanThereIsRoomFor) {
  source_.listed.assign(100, {std::string(100, 'x'), 1});
  watch_.look(now_);
  EXPECT_EQ(std::string(xstats_.entries.back().name), std::string(63, 'x'));
}

}  // namespace
}  // namespace sluice::lcore
