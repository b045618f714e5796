#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "dataplane/segment/segmenter.h"
#include "tests/dataplane/lcore/receiver_fixture.h"
#include "tests/dataplane/segment/memory_output.h"

namespace sluice::lcore {

/// TS packets that carry nothing (ISO 13818-1, 2.4.1).
inline Buffer null_packets(size_t count) {
  Buffer bytes(count * 188, 0xff);
  for (size_t i = 0; i < count; ++i) {
    bytes[i * 188] = 0x47;
    bytes[i * 188 + 1] = 0x1f;
    bytes[i * 188 + 3] = 0x10;
  }
  return bytes;
}

inline constexpr int kPacket = 188;
inline constexpr int kUdp = 8;

/// Every value of every header field, and every length, through a receiver and a segmenter: each
/// frame has the one fate that the standard gives it, and the books are even after each.
class MalformedTest : public ReceiverTest {
 protected:
  void SetUp() override {
    ReceiverTest::SetUp();
    watch(0, false);
  }

  void watch(uint16_t vlan, bool rtp) {
    use({{*net::IpAddress::parse("239.1.1.1"), 5000, {}, vlan, 0},
         {*net::IpAddress::parse("ff3e::1"), 5000, {}, vlan, 0}});
    receiver_.emplace(receiver());
    segment::SegmenterSpec spec;
    spec.rtp = rtp;
    spec.segment = {.target = std::chrono::hours(1), .max = std::chrono::hours(2)};
    segmenter_ = std::make_unique<segment::Segmenter>(spec, output_, stream_);
  }

  uint64_t dropped_of(size_t reason) const {
    return stats_.drops.by_reason[reason].get() + stream_.drops.by_reason[reason].get();
  }
  std::vector<uint64_t> counters() const {
    std::vector<uint64_t> all = {stream_.committed.get(), stats_.filtered.get()};
    for (size_t reason = 0; reason < arena::kDropCount; ++reason) {
      all.push_back(dropped_of(reason));
    }
    return all;
  }

  /// "committed", "filtered", or by which name it was dropped; "nothing" of a fragment that waits.
  std::string fate_of(const Buffer& frame) {
    const auto before = counters();
    source_->waiting = {frame};
    poll_to_the_end(*receiver_);
    for (const Delivered& delivered : take_all()) {
      segmenter_->push(delivered.payload, delivered.arrival_ns);
      segmenter_->commit();
    }
    const auto after = counters();
    std::string fate;
    for (size_t i = 0; i < after.size(); ++i) {
      for (uint64_t n = before[i]; n < after[i]; ++n) {
        fate += (fate.empty() ? "" : " and ") +
                (i == 0   ? std::string("committed")
                 : i == 1 ? std::string("filtered")
                          : std::string(to_string(static_cast<arena::Drop>(i - 2))));
      }
    }
    EXPECT_EQ(stats_.received.get(),
              stream_.committed.get() + stats_.drops.sum() + stream_.drops.sum());
    return fate.empty() ? "nothing" : fate;
  }

  /// Holds the fate of a frame with each value of a field against the rule.
  void expect_fates(int values, const std::function<Buffer(int)>& frame,
                    const std::function<std::string(int)>& rule) {
    for (int value = 0; value < values; ++value) {
      ASSERT_EQ(fate_of(frame(value)), rule(value)) << "value " << value;
    }
  }

  std::optional<Receiver> receiver_;
  segment::MemoryOutput output_;
  arena::StreamStats stream_{};
  std::unique_ptr<segment::Segmenter> segmenter_;
};

/// A fragment waits or comes to nothing at once, and may make the oldest that waits give way.
inline bool is_of_a_fragment(const std::string& fate) {
  return fate == "nothing" || fate == "fragment" || fate == "fragment and fragment";
}

inline test::FrameBuilder ipv4() {
  return test::FrameBuilder().carrying(null_packets(1));
}
inline test::FrameBuilder ipv6() {
  return test::FrameBuilder().to("ff3e::1", 5000).carrying(null_packets(1));
}

inline void set16(Buffer& bytes, size_t at, int value) {
  bytes[at] = static_cast<uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<uint8_t>(value);
}

/// A frame with a byte, or two, of other value, the IPv4 checksum as it was.
inline Buffer with(Buffer frame, size_t at, int value) {
  frame[at] = static_cast<uint8_t>(value);
  return frame;
}
inline Buffer with16(Buffer frame, size_t at, int value) {
  set16(frame, at, value);
  return frame;
}

/// A frame with bytes of its IPv4 header changed, and the checksum that then is right.
inline Buffer summed(Buffer frame) {
  const size_t header = std::min<size_t>((frame[14] & 15U) * 4, frame.size() - 14);
  if (header < 20) {
    return frame;
  }
  set16(frame, 24, 0);
  const auto begin = frame.begin() + 14;
  set16(frame, 24, test::FrameBuilder::header_checksum({begin, begin + static_cast<long>(header)}));
  return frame;
}

inline constexpr int kByte = 256;
inline constexpr int kWord = 65536;

}  // namespace sluice::lcore
