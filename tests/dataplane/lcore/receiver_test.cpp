#include "dataplane/lcore/receiver.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>

#include "dataplane/source/mark.h"
#include "tests/dataplane/lcore/eal_environment.h"
#include "tests/dataplane/net/frame_builder.h"

namespace sluice::lcore {
namespace {

using arena::Drop;
using net::IpAddress;
using test::FrameBuilder;
using Buffer = FrameBuilder::Buffer;

/// A source that delivers what a test puts in.
class QueueSource final : public source::PacketSource {
 public:
  explicit QueueSource(source::Traits traits) : PacketSource("queue", std::move(traits)) {}

  uint16_t receive(std::span<rte_mbuf*> mbufs) noexcept override {
    uint16_t count = 0;
    while (count < mbufs.size() && !waiting.empty()) {
      const Buffer& bytes = waiting.front();
      rte_mbuf* mbuf = ::rte_pktmbuf_alloc(test::packet_pool());
      std::copy(bytes.begin(), bytes.end(),
                reinterpret_cast<uint8_t*>(
                    ::rte_pktmbuf_append(mbuf, static_cast<uint16_t>(bytes.size()))));
      waiting.pop_front();
      mbufs[count++] = mbuf;
    }
    return count;
  }

  std::deque<Buffer> waiting;
};

class ReceiverTest : public testing::Test {
 protected:
  void SetUp() override {
    const IpAddress group = *IpAddress::parse("239.1.1.1");
    use({{group, 5000, {}, 0, 0}});
    std::filesystem::create_directories(folder_);
    arena_ = *arena::ArenaWriter::open({.folder = folder_, .size = 1U << 20});
    keep_free(0);
    ring_.reset(
        ::rte_ring_create("receiver_test", 512, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ));
    ASSERT_TRUE(ring_);
    outlets_ = std::make_unique<Outlets>(std::vector{ring_.get()}, std::vector<uint16_t>(4, 0));
    clock_.publish(::rte_rdtsc(), kNow);
  }

  void TearDown() override {
    take_all();
    EXPECT_EQ(test::buffers_out(), 0U) << "packet buffers were not given back";
    std::filesystem::remove_all(folder_);
  }

  void keep_free(uint32_t chunks) { room_ = std::make_unique<Room>(*arena_, chunks); }

  void use(std::vector<net::FlowRule> rules) {
    table_ = std::make_unique<net::FlowTable>(std::move(rules));
    flows_ = table_.get();
  }

  Receiver receiver(source::Traits traits = {}) {
    source_ = std::make_unique<QueueSource>(std::move(traits));
    return Receiver(ReceiverSpec{.source = *source_,
                                 .flows = flows_,
                                 .clock = clock_,
                                 .room = *room_,
                                 .stats = stats_,
                                 .pool = pool_,
                                 .large_pool = test::large_pool(),
                                 .membership = membership_ ? &*membership_ : nullptr},
                    *outlets_);
  }

  struct Delivered {
    uint32_t stream;
    Buffer payload;
    int64_t arrival_ns;
  };
  std::vector<Delivered> take_all() {
    std::vector<Delivered> all;
    void* object = nullptr;
    while (::rte_ring_sc_dequeue(ring_.get(), &object) == 0) {
      auto* mbuf = static_cast<rte_mbuf*>(object);
      const auto* bytes = rte_pktmbuf_mtod(mbuf, const uint8_t*);
      const source::Mark& mark = source::mark_of(mbuf);
      all.push_back({mark.stream, Buffer(bytes, bytes + mbuf->data_len), mark.arrival_ns});
      ::rte_pktmbuf_free(mbuf);
    }
    return all;
  }

  void poll_to_the_end(Receiver& receiver) {
    while (receiver.poll() > 0) {
    }
  }

  static constexpr int64_t kNow = 1'737'010'710'000'000'000;
  rte_mempool* pool_ = test::packet_pool();
  std::unique_ptr<net::FlowTable> table_;
  std::atomic<const net::FlowTable*> flows_ = nullptr;
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("sluice-receiver-" + std::to_string(::getpid()));
  std::unique_ptr<arena::ArenaWriter> arena_;
  std::unique_ptr<Room> room_;
  TscClock clock_{::rte_get_tsc_hz()};
  arena::PortStats stats_{};
  Ring ring_;
  std::optional<MembershipRing> membership_;
  std::unique_ptr<Outlets> outlets_;
  std::unique_ptr<QueueSource> source_;
};

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
