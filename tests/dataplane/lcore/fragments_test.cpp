#include <gtest/gtest.h>

#include <vector>

#include "tests/dataplane/lcore/receiver_fixture.h"
#include "tests/dataplane/net/fragment_builder.h"

namespace sluice::lcore {
namespace {

using arena::Drop;
using test::Fragmenter;
using test::FrameBuilder;

constexpr size_t kMtu1500 = 1480;  // of payload in a fragment
constexpr source::Traits kCapture{.own_clock = true, .waits = true, .stream = std::nullopt};

Buffer counting(size_t size) {
  Buffer bytes(size);
  for (size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<uint8_t>(i / 7);
  }
  return bytes;
}

class FragmentsTest : public ReceiverTest {
 protected:
  void put(const FrameBuilder& builder, size_t size, uint32_t identification = 1) {
    for (Buffer& frame : Fragmenter(builder, identification).fragments(size)) {
      source_->waiting.push_back(std::move(frame));
    }
  }
  std::vector<Buffer> payloads() {
    std::vector<Buffer> all;
    for (Delivered& delivered : take_all()) {
      all.push_back(std::move(delivered.payload));
    }
    return all;
  }
};

TEST_F(FragmentsTest, AreSentOnAsOneDatagramThatIsReceivedOnce) {
  Receiver tested = receiver();
  const size_t packets[] = {7, 47, 348};  // TS packets; the last one is the most that UDP takes
  std::vector<Buffer> sent;
  for (const size_t count : packets) {
    sent.push_back(counting(count * 188));
    put(FrameBuilder().carrying(sent.back()), count == 7 ? 1000 : kMtu1500, count);
  }
  poll_to_the_end(tested);
  EXPECT_EQ(payloads(), sent);
  EXPECT_EQ(stats_.received.get(), 3U);
  EXPECT_EQ(stats_.drops.sum(), 0U);
  EXPECT_EQ(stats_.filtered.get(), 0U);
}

TEST_F(FragmentsTest, TakeTheirPlaceInTheOrderOfArrival) {
  Receiver tested = receiver();
  source_->waiting.push_back(FrameBuilder().carrying({1}).build());
  put(FrameBuilder().carrying(counting(3000)), kMtu1500);
  source_->waiting.push_back(FrameBuilder().carrying({2}).build());
  poll_to_the_end(tested);
  EXPECT_EQ(payloads(), (std::vector<Buffer>{{1}, counting(3000), {2}}));
}

TEST_F(FragmentsTest, GoToEveryStreamOfTheirGroup) {
  const auto group = *net::IpAddress::parse("239.1.1.1");
  use({{group, 5000, {}, 0, 0}, {group, 5000, {}, 0, 2}});
  Receiver tested = receiver();
  put(FrameBuilder().carrying(counting(9000)), kMtu1500);
  poll_to_the_end(tested);
  EXPECT_EQ(payloads(), std::vector<Buffer>(2, counting(9000)));
  EXPECT_EQ(stats_.received.get(), 2U);
}

TEST_F(FragmentsTest, OfOthersAreFilteredAndTakeNoRoom) {
  Receiver tested = receiver();
  const Buffer mine = counting(3000);
  const auto frames = Fragmenter(FrameBuilder().carrying(mine)).fragments(kMtu1500);
  source_->waiting.push_back(frames[0]);
  for (uint32_t i = 0; i < 200; ++i) {
    const FrameBuilder others = FrameBuilder().to("239.9.9.9", 5000).carrying(counting(3000));
    source_->waiting.push_back(Fragmenter(others, i).fragments(kMtu1500)[0]);
  }
  source_->waiting.insert(source_->waiting.end(), {frames[1], frames[2]});
  poll_to_the_end(tested);
  EXPECT_EQ(payloads(), std::vector<Buffer>{mine});
  EXPECT_EQ(stats_.filtered.get(), 200U);
  EXPECT_EQ(stats_.received.get(), 1U);
}

TEST_F(FragmentsTest, OfAnotherPortAreFilteredOnceTheyAreWhole) {
  Receiver tested = receiver();
  put(FrameBuilder().to("239.1.1.1", 5001).carrying(counting(3000)), kMtu1500);
  poll_to_the_end(tested);
  tested.finish();
  EXPECT_TRUE(payloads().empty());
  EXPECT_EQ(stats_.filtered.get(), 1U);
  EXPECT_EQ(stats_.received.get(), 0U);
}

TEST_F(FragmentsTest, ThatMakeABrokenDatagramAreDroppedByItsName) {
  Receiver tested = receiver();
  FrameBuilder broken = FrameBuilder().carrying(counting(3000));
  broken.udp_length = 7;
  put(broken, kMtu1500);
  poll_to_the_end(tested);
  EXPECT_EQ(dropped(Drop::kBadUdpLength), 1U);
  EXPECT_EQ(stats_.received.get(), 1U);
}

TEST_F(FragmentsTest, ThatAreMissingWhenReceivingEndsLoseTheDatagram) {
  Receiver tested = receiver();
  put(FrameBuilder().carrying(counting(3000)), kMtu1500);
  source_->waiting.pop_back();
  poll_to_the_end(tested);
  EXPECT_EQ(stats_.received.get(), 0U) << "it may still come";
  tested.finish();
  EXPECT_EQ(stats_.received.get(), 1U);
  EXPECT_EQ(dropped(Drop::kFragment), 1U);
}

TEST_F(FragmentsTest, ThatAreMissingAtTheEndOfAFileLoseTheDatagram) {
  for (const bool last_in_burst : {true, false}) {
    Receiver tested = receiver(kCapture);
    source_->ends = true;
    put(FrameBuilder().carrying(counting(3000)), kMtu1500);
    source_->waiting.erase(source_->waiting.begin() + (last_in_burst ? 0 : 2));
    const uint64_t before = dropped(Drop::kFragment);
    tested.poll();
    EXPECT_EQ(dropped(Drop::kFragment), before + 1);
  }
}

TEST_F(FragmentsTest, AreTooLateByTheClockOfTheirCapture) {
  Receiver tested = receiver(kCapture);
  int64_t arrival = kNow;
  source_->dress = [&arrival](rte_mbuf& mbuf) {
    source::mark_of(&mbuf).arrival_ns = arrival;
    arrival += 600'000'000;
  };
  put(FrameBuilder().carrying(counting(2000)), kMtu1500, 1);
  put(FrameBuilder().carrying(counting(3000)), kMtu1500, 2);
  poll_to_the_end(tested);
  tested.finish();
  const auto delivered = take_all();
  ASSERT_EQ(delivered.size(), 1U);
  EXPECT_EQ(delivered[0].payload, counting(2000));
  EXPECT_EQ(delivered[0].arrival_ns, kNow + 600'000'000) << "it arrived when it was whole";
  // The third fragment came 1.2 s after the first one, and begins a datagram of its own.
  EXPECT_EQ(dropped(Drop::kFragment), 2U);
}

TEST_F(FragmentsTest, FindNoBufferWhenThoseForLargeDatagramsAreOut) {
  std::vector<rte_mbuf*> out;
  while (rte_mbuf* mbuf = ::rte_pktmbuf_alloc(test::large_pool())) {
    out.push_back(mbuf);
  }
  Receiver tested = receiver();
  put(FrameBuilder().carrying(counting(9000)), kMtu1500, 1);
  put(FrameBuilder().carrying(counting(1316)), 1000, 2);
  poll_to_the_end(tested);
  EXPECT_EQ(payloads(), std::vector<Buffer>{counting(1316)}) << "a small one needs no such buffer";
  EXPECT_EQ(dropped(Drop::kNoMbuf), 1U);
  EXPECT_EQ(stats_.received.get(), 2U);
  ::rte_pktmbuf_free_bulk(out.data(), static_cast<unsigned>(out.size()));
}

}  // namespace
}  // namespace sluice::lcore
