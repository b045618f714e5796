#include "dataplane/lcore/segmenting.h"

#include <gtest/gtest.h>
#include <rte_cycles.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "dataplane/lcore/order_desk.h"
#include "dataplane/source/mark.h"
#include "tests/dataplane/lcore/eal_environment.h"
#include "tests/dataplane/segment/memory_output.h"

namespace sluice::lcore {
namespace {

using segment::MemoryOutput;
using What = SegmentingStep::What;

constexpr std::array<uint8_t, 4> kNullHeader{0x47, 0x1f, 0xff, 0x10};
constexpr int64_t kNow = 1'737'010'710'000'000'000;

/// A stream's output, counters and segmenters.
struct Channel {
  std::unique_ptr<segment::Segmenter> make() {
    return std::make_unique<segment::Segmenter>(segment::SegmenterSpec{}, output, stats);
  }
  MemoryOutput output;
  arena::StreamStats stats{};
  std::unique_ptr<segment::Segmenter> segmenter = make();
};

/// One segmenting lcore, its ring, and the slow thread's desk.
class SegmentingTest : public testing::Test {
 protected:
  SegmentingTest() {
    test::packet_pool();
    ring_.reset(
        ::rte_ring_create("segmenting_test", 1024, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ));
    clock_.publish(::rte_rdtsc(), kNow);
    segmenting_ = std::make_unique<Segmenting>(
        std::vector<Segmenting::Inlet>{{ring_.get(), &losses_}}, clock_, stats_);
    desk_.emplace(segmenting_->orders());
  }
  void TearDown() override { EXPECT_EQ(test::buffers_out(), 0U); }

  /// A datagram of one null packet that carries `value`.
  bool send(uint32_t stream, uint8_t value = 0) {
    rte_mbuf* mbuf = ::rte_pktmbuf_alloc(test::packet_pool());
    if (mbuf == nullptr) {
      return false;
    }
    std::array<uint8_t, 188> packet;
    packet.fill(value);
    std::copy_n(kNullHeader.begin(), kNullHeader.size(), packet.begin());
    std::memcpy(rte_pktmbuf_mtod(mbuf, void*), packet.data(), packet.size());
    mbuf->data_len = packet.size();
    mbuf->pkt_len = packet.size();
    source::mark_of(mbuf) = {.arrival_ns = kNow, .stream = stream};
    if (::rte_ring_sp_enqueue(ring_.get(), mbuf) != 0) {
      ::rte_pktmbuf_free(mbuf);
      return false;
    }
    return true;
  }
  static OwnedStream owned(uint32_t stream, segment::Segmenter* segmenter = nullptr) {
    return {.stream = stream, .segmenter = segmenter, .follows_clock = false};
  }
  SegmentingDesk::Number order(What what, uint32_t stream,
                               segment::Segmenter* segmenter = nullptr) {
    const auto number = desk_->add({what, owned(stream, segmenter)});
    desk_->pump();
    return number;
  }
  void turn() {
    segmenting_->poll();
    desk_->pump();
  }
  uint64_t gone() const {
    return stats_.drops.by_reason[static_cast<size_t>(arena::Drop::kStreamRemoved)].get();
  }
  static std::vector<uint8_t> values(const std::vector<uint8_t>& bytes) {
    std::vector<uint8_t> out;
    for (size_t at = 0; at < bytes.size(); at += 188) {
      out.push_back(bytes[at + 187]);
    }
    return out;
  }

  Ring ring_;
  LossBoard losses_;
  TscClock clock_{::rte_get_tsc_hz()};
  arena::LcoreStats stats_{};
  std::unique_ptr<Segmenting> segmenting_;
  std::optional<SegmentingDesk> desk_;
};

TEST_F(SegmentingTest, AdoptsAStreamBetweenBurstsAndSealsItWhenItIsRetired) {
  Channel news;
  send(3);
  turn();
  EXPECT_EQ(gone(), 1U) << "nobody's yet";
  const auto adopted = order(What::kAdopt, 3, news.segmenter.get());
  EXPECT_FALSE(desk_->done(adopted));
  turn();
  EXPECT_TRUE(desk_->done(adopted));
  send(3, 1);
  send(3, 2);
  turn();
  const auto retired = order(What::kRetire, 3);
  send(3, 3);
  turn();
  EXPECT_TRUE(desk_->done(retired));
  ASSERT_EQ(news.output.segments.size(), 1U);
  EXPECT_EQ(values(news.output.segments[0].bytes), (std::vector<uint8_t>{1, 2}));
  EXPECT_EQ(gone(), 2U) << "what came behind its end";
  EXPECT_EQ(news.stats.received.get(), 2U);
  EXPECT_EQ(news.stats.committed.get(), 2U);
}

TEST_F(SegmentingTest, ExchangesASegmenterWithoutLosingADatagram) {
  Channel news;
  order(What::kAdopt, 0, news.segmenter.get());
  turn();
  auto next = news.make();
  next->restarted();
  send(0, 1);
  turn();
  order(What::kReplace, 0, next.get());
  send(0, 2);
  turn();
  order(What::kRetire, 0);
  turn();
  ASSERT_EQ(news.output.segments.size(), 2U);
  EXPECT_EQ(values(news.output.joined()), (std::vector<uint8_t>{1, 2}));
  EXPECT_TRUE(news.output.segments[0].record.discontinuity.empty());
  EXPECT_TRUE(news.output.segments[1].record.discontinuity.has(arena::Discontinuity::kRestart));
  EXPECT_EQ(news.stats.committed.get(), 2U);
}

TEST_F(SegmentingTest, UsesAnIndexAnewWithoutMixingUpItsOwners) {
  for (uint8_t round = 1; round <= 20; ++round) {
    Channel channel;
    order(What::kAdopt, 5, channel.segmenter.get());
    turn();
    send(5, round);
    turn();
    order(What::kRetire, 5);
    turn();
    EXPECT_EQ(values(channel.output.joined()), std::vector<uint8_t>(1, round));
  }
  EXPECT_EQ(gone(), 0U);
}

TEST_F(SegmentingTest, TellsANewStreamOnlyItsOwnLosses) {
  Channel channel;
  losses_.add(7);  // of the index's last owner
  order(What::kAdopt, 7, channel.segmenter.get());
  turn();
  losses_.add(8);
  send(7);
  turn();
  order(What::kRetire, 7);
  turn();
  EXPECT_EQ(channel.output.segments.at(0).record.lost_datagrams, 0U);
}

TEST_F(SegmentingTest, SealsEveryStreamAtTheEnd) {
  std::vector<std::unique_ptr<Channel>> channels;
  for (uint32_t stream = 0; stream < 200; ++stream) {
    channels.push_back(std::make_unique<Channel>());
    desk_->add({What::kAdopt, owned(stream, channels.back()->segmenter.get())});
  }
  for (int i = 0; i < 10; ++i) {
    desk_->pump();
    segmenting_->poll();
  }
  for (uint32_t stream = 0; stream < 200; stream += 2) {
    desk_->add({What::kRetire, owned(stream)});
  }
  for (int i = 0; i < 10; ++i) {
    desk_->pump();
    segmenting_->poll();
  }
  for (uint32_t stream = 1; stream < 200; stream += 2) {
    send(stream, 9);
    segmenting_->poll();
  }
  segmenting_->finish();
  for (uint32_t stream = 0; stream < 200; ++stream) {
    EXPECT_EQ(channels[stream]->output.segments.size(), stream % 2) << stream;
  }
}

TEST_F(SegmentingTest, CarriesOrdersOutWhileDatagramsCome) {
  constexpr uint32_t kSteady = 0;
  constexpr int kChanges = 300;
  Channel steady;
  order(What::kAdopt, kSteady, steady.segmenter.get());
  std::atomic<bool> stop = false;
  std::thread lcore([&] {
    while (!stop.load(std::memory_order_acquire)) {
      segmenting_->poll();
    }
    while (segmenting_->poll() > 0) {
    }
    segmenting_->finish();
  });
  uint64_t sent = 0;
  for (int i = 0; i < kChanges; ++i) {
    Channel passing;
    const auto adopted = order(What::kAdopt, 1, passing.segmenter.get());
    while (!desk_->done(adopted)) {
      sent += send(kSteady, static_cast<uint8_t>(sent)) ? 1 : 0;
      desk_->pump();
    }
    const auto retired = order(What::kRetire, 1);
    while (!desk_->done(retired)) {
      sent += send(kSteady, static_cast<uint8_t>(sent)) ? 1 : 0;
      desk_->pump();
    }
  }
  stop.store(true, std::memory_order_release);
  lcore.join();
  EXPECT_EQ(steady.stats.received.get(), sent);
  const std::vector<uint8_t> got = values(steady.output.joined());
  ASSERT_EQ(got.size(), sent);
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i], static_cast<uint8_t>(i));
  }
}

}  // namespace
}  // namespace sluice::lcore
