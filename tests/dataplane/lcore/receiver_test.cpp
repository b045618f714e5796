#include "dataplane/lcore/receiver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "tests/dataplane/lcore/receiver_fixture.h"

namespace sluice::lcore {
namespace {

using arena::Drop;
using net::IpAddress;
using test::FrameBuilder;

TEST_F(ReceiverTest, SendsThePayloadWithItsStreamAndItsTime) {
  Receiver tested = receiver();
  const Buffer payload = {1, 2, 3, 4, 5};
  FrameBuilder builder;
  builder.carrying(payload).padding = 13;
  source_->waiting = {builder.build()};
  EXPECT_EQ(tested.poll(), 1U);
  const auto delivered = take_all();
  ASSERT_EQ(delivered.size(), 1U);
  EXPECT_EQ(delivered[0].stream, 0U);
  EXPECT_EQ(delivered[0].payload, payload);
  EXPECT_NEAR(static_cast<double>(delivered[0].arrival_ns), static_cast<double>(kNow), 60e9);
}

TEST_F(ReceiverTest, AccountsForEveryFrame) {
  Receiver tested = receiver();
  FrameBuilder other_port;
  other_port.to("239.1.1.1", 5001);
  FrameBuilder broken_for_others;
  broken_for_others.to("239.9.9.9", 5000).udp_length = 3;
  FrameBuilder broken;
  broken.udp_length = 3;
  FrameBuilder unreadable;
  unreadable.version = 7;
  Buffer truncated = FrameBuilder().build();
  truncated.resize(truncated.size() - 1);
  const Buffer runt(10);
  FrameBuilder tcp;
  tcp.protocol = 6;
  source_->waiting = {FrameBuilder().build(),
                      other_port.build(),
                      broken_for_others.build(),
                      broken.build(),
                      unreadable.build(),
                      truncated,
                      runt,
                      tcp.build()};
  poll_to_the_end(tested);
  EXPECT_EQ(stats_.frames.get(), 8U);
  EXPECT_EQ(stats_.filtered.get(), 3U);
  EXPECT_EQ(stats_.received.get(), 5U);
  EXPECT_EQ(stats_.drops.by_reason[static_cast<size_t>(Drop::kBadUdpLength)].get(), 1U);
  EXPECT_EQ(stats_.drops.by_reason[static_cast<size_t>(Drop::kBadIpHeader)].get(), 1U);
  EXPECT_EQ(stats_.drops.by_reason[static_cast<size_t>(Drop::kTruncated)].get(), 1U);
  EXPECT_EQ(stats_.drops.by_reason[static_cast<size_t>(Drop::kBadEthernet)].get(), 1U);
  EXPECT_EQ(stats_.received.get(), take_all().size() + stats_.drops.sum());
}

Buffer igmp_query(uint8_t group_byte) {
  FrameBuilder builder;
  builder.to("224.0.0.1", 0).protocol = 2;
  builder.payload = {group_byte};
  return builder.build();
}

TEST_F(ReceiverTest, HandsMembershipFramesToWhoeverKeepsTheGroups) {
  membership_.emplace(*MembershipRing::create("receiver_test_groups"));
  Receiver tested = receiver();
  const Buffer query = igmp_query(1);
  source_->waiting = {query, FrameBuilder().build()};
  poll_to_the_end(tested);
  std::vector<Buffer> heard;
  membership_->drain([&heard](const rte_mbuf& mbuf) {
    const Bytes bytes = frame_bytes(mbuf);
    heard.emplace_back(bytes.begin(), bytes.end());
  });
  EXPECT_EQ(heard, std::vector<Buffer>(1, query));
  EXPECT_EQ(stats_.filtered.get(), 1U);
  EXPECT_EQ(stats_.received.get(), 1U);
}

TEST_F(ReceiverTest, DropsMembershipFramesThatFindNoRoom) {
  membership_.emplace(*MembershipRing::create("receiver_test_groups"));
  Receiver tested = receiver();
  source_->waiting.assign(300, igmp_query(1));
  poll_to_the_end(tested);
  EXPECT_EQ(membership_->missed(), 45U);
  EXPECT_EQ(stats_.filtered.get(), 300U);
  membership_.reset();  // gives back what it still holds
  EXPECT_EQ(test::buffers_out(), 0U);
}

TEST_F(ReceiverTest, GivesEachOfSeveralStreamsItsOwnView) {
  const IpAddress group = *IpAddress::parse("239.1.1.1");
  use({{group, 5000, {}, 0, 0}, {group, 5000, {}, 0, 2}, {group, 5000, {}, 7, 3}});
  Receiver tested = receiver();
  const Buffer payload = {9, 8, 7};
  source_->waiting = {FrameBuilder().carrying(payload).build()};
  poll_to_the_end(tested);
  auto delivered = take_all();
  std::sort(delivered.begin(), delivered.end(),
            [](const auto& a, const auto& b) { return a.stream < b.stream; });
  ASSERT_EQ(delivered.size(), 2U);
  EXPECT_EQ(delivered[0].stream, 0U);
  EXPECT_EQ(delivered[1].stream, 2U);
  EXPECT_EQ(delivered[0].payload, payload);
  EXPECT_EQ(delivered[1].payload, payload);
  EXPECT_EQ(stats_.received.get(), 2U) << "each view counts as a datagram";
}

TEST_F(ReceiverTest, KnowsTheVlansThatTheDriverTookOut) {
  constexpr uint64_t kVlan = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
  constexpr uint64_t kQinq = RTE_MBUF_F_RX_QINQ | RTE_MBUF_F_RX_QINQ_STRIPPED;
  struct Case {
    uint64_t flags;
    uint16_t inner;
    uint16_t outer;
    bool inner_in_frame;
    uint16_t expected;
  };
  const Case cases[] = {
      {RTE_MBUF_F_RX_VLAN, 7, 0, true, 7},           // told, and still in the frame
      {kVlan, 0x2007, 0, false, 7},                  // taken out, with its priority
      {kVlan | kQinq, 7, 100, false, 7},             // both taken out
      {kVlan | kQinq, 0x2000, 100, false, 100},      // the inner one names no VLAN
      {RTE_MBUF_F_RX_VLAN | kQinq, 7, 100, true, 7}  // the outer one taken out
  };
  const IpAddress group = *IpAddress::parse("239.1.1.1");
  use({{group, 5000, {}, 7, 0}, {group, 5000, {}, 100, 1}});
  for (const Case& one : cases) {
    Receiver tested = receiver();
    source_->dress = [&one](rte_mbuf& mbuf) {
      mbuf.ol_flags |= one.flags;
      mbuf.vlan_tci = one.inner;
      mbuf.vlan_tci_outer = one.outer;
    };
    FrameBuilder builder;
    if (one.inner_in_frame) {
      builder.tagged(0x8100, one.inner);
    }
    source_->waiting = {builder.build()};
    poll_to_the_end(tested);
    const auto delivered = take_all();
    ASSERT_EQ(delivered.size(), 1U);
    EXPECT_EQ(delivered[0].stream, one.expected == 7 ? 0U : 1U) << one.expected;
  }
}

TEST_F(ReceiverTest, CountsWhatAFullRingDoesNotTake) {
  Receiver tested = receiver();
  source_->waiting.assign(600, FrameBuilder().build());
  poll_to_the_end(tested);
  const size_t delivered = take_all().size();
  EXPECT_EQ(delivered, 511U);  // what a ring of 512 holds
  EXPECT_EQ(stats_.drops.by_reason[static_cast<size_t>(Drop::kRingFull)].get(), 600 - delivered);
  EXPECT_EQ(stats_.received.get(), delivered + stats_.drops.sum());
  EXPECT_EQ(outlets_->losses().of(0), 600 - delivered);
  EXPECT_EQ(outlets_->losses().total(), 600 - delivered);
}

TEST_F(ReceiverTest, LeavesASourceThatCanWaitAloneWhileTheArenaIsLow) {
  keep_free(UINT32_MAX);
  Receiver tested = receiver({.own_clock = true, .waits = true, .stream = 1});
  source_->waiting = {{1, 2, 3}};
  EXPECT_EQ(tested.poll(), 0U);
  EXPECT_EQ(source_->waiting.size(), 1U);
  room_->set_hopeless(true);
  EXPECT_EQ(tested.poll(), 1U);
  const auto delivered = take_all();
  ASSERT_EQ(delivered.size(), 1U);
  EXPECT_EQ(delivered[0].stream, 1U);
  EXPECT_EQ(delivered[0].payload, (Buffer{1, 2, 3}));
}

TEST_F(ReceiverTest, NeverLeavesTheNetworkAlone) {
  keep_free(UINT32_MAX);
  Receiver tested = receiver();
  source_->waiting = {FrameBuilder().build()};
  EXPECT_EQ(tested.poll(), 1U);
}

TEST_F(ReceiverTest, LosesNothingOfASourceThatCanWaitToAFullRing) {
  Receiver tested = receiver({.own_clock = true, .waits = true, .stream = 1});
  source_->waiting.assign(1000, Buffer{1});
  size_t delivered = 0;
  while (!source_->waiting.empty()) {
    poll_to_the_end(tested);
    delivered += take_all().size();
  }
  EXPECT_EQ(delivered, 1000U);
  EXPECT_EQ(stats_.drops.sum(), 0U);
}

TEST_F(ReceiverTest, TakesNewRulesWhilePacketsFlow) {
  Receiver tested = receiver();
  source_->waiting = {FrameBuilder().build()};
  poll_to_the_end(tested);
  EXPECT_EQ(take_all().size(), 1U);
  use({{*IpAddress::parse("239.1.1.1"), 5000, {}, 0, 3}});
  source_->waiting = {FrameBuilder().build()};
  poll_to_the_end(tested);
  const auto delivered = take_all();
  ASSERT_EQ(delivered.size(), 1U);
  EXPECT_EQ(delivered[0].stream, 3U);
}

}  // namespace
}  // namespace sluice::lcore
