#include "dataplane/lcore/stats_slots.h"

#include <gtest/gtest.h>

#include <memory>

namespace sluice::lcore {
namespace {

class StatsSlots : public testing::Test {
 protected:
  std::unique_ptr<arena::StatsPage> page_{new arena::StatsPage()};
};

TEST_F(StatsSlots, AreFoundAgainByName) {
  arena::PortStats* a = *port_slot(*page_, "a");
  arena::PortStats* b = *port_slot(*page_, "b");
  EXPECT_NE(a, b);
  EXPECT_EQ(*port_slot(*page_, "a"), a);
  EXPECT_STREQ(b->device, "b");
  EXPECT_EQ(*stream_slot(*page_, "news"), *stream_slot(*page_, "news"));
  EXPECT_NE(*stream_slot(*page_, "news"), *stream_slot(*page_, "news2"));
}

TEST_F(StatsSlots, TellLongNamesApartByTheirEnd) {
  const std::string folder(100, 'x');
  arena::PortStats* first = *port_slot(*page_, folder + "/1.pcap");
  EXPECT_NE(first, *port_slot(*page_, folder + "/2.pcap"));
  EXPECT_EQ(first, *port_slot(*page_, folder + "/1.pcap"));
}

TEST_F(StatsSlots, SayWhenThePageIsFull) {
  for (size_t i = 0; i < arena::kMaxPorts; ++i) {
    ASSERT_TRUE(port_slot(*page_, std::to_string(i)));
  }
  EXPECT_FALSE(port_slot(*page_, "one more"));
}

TEST_F(StatsSlots, MakeTheCountersAddUpAfterACrash) {
  (*port_slot(*page_, "a"))->received.set(1000);
  (*port_slot(*page_, "a"))->drops.add(arena::Drop::kTruncated, 10);
  (*stream_slot(*page_, "news"))->committed.set(900);
  (*stream_slot(*page_, "news"))->drops.add(arena::Drop::kNotTs, 20);
  EXPECT_EQ(account_for_restart(*page_), 70U);
  const arena::Totals totals = arena::totals(*page_);
  EXPECT_EQ(totals.in_flight, 0U);
  EXPECT_EQ(totals.drops.at("lost_in_restart"), 70U);
  EXPECT_EQ(account_for_restart(*page_), 0U);
}

}  // namespace
}  // namespace sluice::lcore
