#include "dataplane/lcore/stats_slots.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

namespace sluice::lcore {
namespace {

class StatsSlotsTest : public testing::Test {
 protected:
  std::unique_ptr<arena::StatsPage> page_{new arena::StatsPage()};
  StatsSlots slots_{*page_};
};

TEST_F(StatsSlotsTest, AreFoundAgainByName) {
  arena::PortStats* a = *slots_.port("a");
  arena::PortStats* b = *slots_.port("b");
  EXPECT_NE(a, b);
  EXPECT_STREQ(b->device, "b");
  arena::StreamStats* news = *slots_.stream("news");
  EXPECT_EQ(*slots_.stream("news"), news);
  EXPECT_NE(*slots_.stream("news2"), news);
  StatsSlots successor(*page_);
  EXPECT_EQ(*successor.port("a"), a);
  EXPECT_EQ(*successor.stream("news"), news);
  EXPECT_NE(*successor.stream("news3"), news);
}

TEST_F(StatsSlotsTest, AreOnesOwnForEachQueueOfAPort) {
  arena::PortStats* first = *slots_.port("a", 0);
  arena::PortStats* second = *slots_.port("a", 1);
  EXPECT_NE(first, second);
  EXPECT_STREQ(first->device, second->device);
  EXPECT_EQ(second->queue.get(), 1U);
  EXPECT_EQ(&slots_.xstats_of(*second), &page_->xstats[1]);
  StatsSlots successor(*page_);
  EXPECT_EQ(*successor.port("a", 1), second);
  std::strcpy(successor.xstats_of(*second).entries[0].name, "rx_errors");
  successor.give_up(*second);
  EXPECT_NE(*successor.port("b", 1), first);
  EXPECT_STREQ(successor.xstats_of(*second).entries[0].name, "") << "of another port";
}

TEST_F(StatsSlotsTest, TellLongNamesApartByTheirEnd) {
  const std::string folder(100, 'x');
  arena::PortStats* first = *slots_.port(folder + "/1.pcap");
  EXPECT_NE(first, *slots_.port(folder + "/2.pcap"));
  EXPECT_EQ(first, *slots_.port(folder + "/1.pcap"));
}

TEST_F(StatsSlotsTest, SayWhenThePageIsFull) {
  for (size_t i = 0; i < arena::kMaxPorts; ++i) {
    ASSERT_TRUE(slots_.port(std::to_string(i)));
  }
  EXPECT_FALSE(slots_.port("one more"));
  for (size_t i = 0; i < arena::kMaxStreams; ++i) {
    ASSERT_TRUE(slots_.stream(std::to_string(i)));
  }
  EXPECT_EQ(slots_.stream("one more").error().next, Next::kRetry);
  slots_.give_up(**slots_.stream("77"));
  EXPECT_TRUE(slots_.stream("one more"));
}

TEST_F(StatsSlotsTest, OfPortsThatAPredecessorUsedAreTakenWhenNoneIsLeft) {
  for (size_t i = 0; i < arena::kMaxPorts; ++i) {
    (*slots_.port(std::to_string(i)))->received.set(1);
  }
  StatsSlots successor(*page_);
  ASSERT_TRUE(successor.port("0"));
  ASSERT_TRUE(successor.port("one more"));
  EXPECT_EQ((*successor.port("0"))->received.get(), 1U);
  EXPECT_EQ((*successor.port("one more"))->received.get(), 0U);
  EXPECT_EQ(arena::totals(*page_).received, arena::kMaxPorts);
}

TEST_F(StatsSlotsTest, KeepTheTotalsOverThousandsOfChanges) {
  arena::PortStats* port = *slots_.port("a");
  for (int i = 0; i < 3 * 4096; ++i) {
    arena::StreamStats* stream = *slots_.stream("s" + std::to_string(i));
    EXPECT_EQ(stream->committed.get(), 0U);
    port->received.add(10);
    stream->committed.add(9);
    stream->drops.add(arena::Drop::kNotTs);
    slots_.give_up(*stream);
  }
  arena::PortStats* file = *slots_.port("/x.ts");
  file->received.add(5);
  file->drops.add(arena::Drop::kNoMbuf, 5);
  slots_.give_up(*file);
  const arena::Totals totals = arena::totals(*page_);
  EXPECT_EQ(totals.received, 3U * 40960 + 5);
  EXPECT_EQ(totals.committed, 3U * 4096 * 9);
  EXPECT_EQ(totals.drops.at("not_ts"), 3U * 4096);
  EXPECT_EQ(totals.in_flight, 0U);
}

TEST_F(StatsSlotsTest, AreGivenUpOnceThoughTheirDataplaneDiedInTheMiddle) {
  (*slots_.port("a"))->received.set(100);
  arena::StreamStats* news = *slots_.stream("news");
  news->committed.set(100);
  // Death right after the new sums stood on the page, and after they had been copied.
  for (const bool copied : {false, true}) {
    arena::StatsPage& page = *page_;
    page.gone_next.committed.set(100);
    page.giving_up.set(page.ports.size() + static_cast<size_t>(news - page.streams.data()) + 1);
    if (copied) {
      page.gone.committed.set(100);
      news->committed.set(100);
      std::memcpy(news->name, "news", 5);
    }
    StatsSlots successor(page);
    EXPECT_EQ(page.giving_up.get(), 0U);
    EXPECT_EQ(news->name[0], '\0');
    EXPECT_EQ(arena::totals(page).committed, 100U);
    EXPECT_EQ(arena::totals(page).in_flight, 0U);
  }
}

TEST_F(StatsSlotsTest, OfStreamsThatLeftMeanwhileAreGivenUp) {
  (*slots_.stream("old"))->committed.set(3);
  (*slots_.stream("news"))->committed.set(4);
  slots_.keep_only({"news"});
  EXPECT_STREQ(page_->streams[0].name, "");
  EXPECT_STREQ(page_->streams[1].name, "news");
  EXPECT_EQ(arena::totals(*page_).committed, 7U);
}

TEST_F(StatsSlotsTest, MakeTheCountersAddUpAfterACrash) {
  (*slots_.port("a"))->received.set(1000);
  (*slots_.port("a"))->drops.add(arena::Drop::kTruncated, 10);
  (*slots_.stream("news"))->committed.set(900);
  (*slots_.stream("news"))->drops.add(arena::Drop::kNotTs, 20);
  EXPECT_EQ(account_for_restart(*page_), 70U);
  const arena::Totals totals = arena::totals(*page_);
  EXPECT_EQ(totals.in_flight, 0U);
  EXPECT_EQ(totals.drops.at("lost_in_restart"), 70U);
  EXPECT_EQ(account_for_restart(*page_), 0U);
}

}  // namespace
}  // namespace sluice::lcore
