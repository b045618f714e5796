#pragma once

#include <gtest/gtest.h>
#include <rte_cycles.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "dataplane/lcore/receiver.h"
#include "dataplane/source/mark.h"
#include "tests/dataplane/lcore/eal_environment.h"
#include "tests/dataplane/net/frame_builder.h"

namespace sluice::lcore {

using Buffer = test::FrameBuilder::Buffer;

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
      dress(*mbuf);
      waiting.pop_front();
      mbufs[count++] = mbuf;
    }
    return count;
  }

  bool ended() const noexcept override { return ends && waiting.empty(); }

  std::deque<Buffer> waiting;
  std::function<void(rte_mbuf&)> dress = [](rte_mbuf&) {};  ///< what a driver adds
  bool ends = false;
};

/// A receiver of one stream, 239.1.1.1:5000, and the ring to its segmenter.
class ReceiverTest : public testing::Test {
 protected:
  void SetUp() override {
    const net::IpAddress group = *net::IpAddress::parse("239.1.1.1");
    use({{group, 5000, {}, 0, 0}});
    std::filesystem::create_directories(folder_);
    arena_ = *arena::ArenaWriter::open({.folder = folder_, .size = 1U << 20});
    keep_free(0);
    ring_.reset(
        ::rte_ring_create("receiver_test", 512, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ));
    ASSERT_TRUE(ring_);
    outlets_ = std::make_unique<Outlets>(std::vector{ring_.get()}, lanes_);
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

  uint64_t dropped(arena::Drop reason) const {
    return stats_.drops.by_reason[static_cast<size_t>(reason)].get();
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
  StreamLanes lanes_;
  std::unique_ptr<Outlets> outlets_;
  std::unique_ptr<QueueSource> source_;
};

}  // namespace sluice::lcore
