#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "dataplane/segment/segmenter.h"
#include "tests/dataplane/lcore/receiver_fixture.h"
#include "tests/dataplane/net/fragment_builder.h"
#include "tests/dataplane/segment/memory_output.h"

namespace sluice::lcore {
namespace {

using arena::Drop;
using test::Fragmenter;
using test::FrameBuilder;

/// TS packets that carry nothing (ISO 13818-1, 2.4.1).
Buffer null_packets(size_t count) {
  Buffer bytes(count * 188, 0xff);
  for (size_t i = 0; i < count; ++i) {
    bytes[i * 188] = 0x47;
    bytes[i * 188 + 1] = 0x1f;
    bytes[i * 188 + 3] = 0x10;
  }
  return bytes;
}

constexpr int kPacket = 188;
constexpr int kUdp = 8;

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
                          : std::string(to_string(static_cast<Drop>(i - 2))));
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
bool is_of_a_fragment(const std::string& fate) {
  return fate == "nothing" || fate == "fragment" || fate == "fragment and fragment";
}

FrameBuilder ipv4() {
  return FrameBuilder().carrying(null_packets(1));
}
FrameBuilder ipv6() {
  return FrameBuilder().to("ff3e::1", 5000).carrying(null_packets(1));
}

void set16(Buffer& bytes, size_t at, int value) {
  bytes[at] = static_cast<uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<uint8_t>(value);
}

/// A frame with a byte, or two, of other value, the IPv4 checksum as it was.
Buffer with(Buffer frame, size_t at, int value) {
  frame[at] = static_cast<uint8_t>(value);
  return frame;
}
Buffer with16(Buffer frame, size_t at, int value) {
  set16(frame, at, value);
  return frame;
}

/// A frame with bytes of its IPv4 header changed, and the checksum that then is right.
Buffer summed(Buffer frame) {
  const size_t header = std::min<size_t>((frame[14] & 15U) * 4, frame.size() - 14);
  if (header < 20) {
    return frame;
  }
  set16(frame, 24, 0);
  const auto begin = frame.begin() + 14;
  set16(frame, 24, FrameBuilder::header_checksum({begin, begin + static_cast<long>(header)}));
  return frame;
}

constexpr int kByte = 256;
constexpr int kWord = 65536;

TEST_F(MalformedTest, EtherType) {
  const Buffer frame = ipv4().build();
  expect_fates(
      kWord, [&frame](int value) { return with16(frame, 12, value); },
      [](int value) {
        return value == 0x0800 ? "committed" : value == 0x86dd ? "bad_ip_header" : "filtered";
      });
}

TEST_F(MalformedTest, VlanTag) {
  watch(5, false);
  const Buffer frame = ipv4().tagged(0x8100, 5).build();
  expect_fates(
      kWord, [&frame](int value) { return with16(frame, 12, value); },
      [](int type) {
        return type == 0x8100 || type == 0x88a8 || type == 0x9100 ? "committed"
               : type == 0x0800 || type == 0x86dd                 ? "bad_ip_header"
                                                                  : "filtered";
      });
  expect_fates(
      kWord, [&frame](int value) { return with16(frame, 14, value); },
      [](int control) { return (control & 0xfff) == 5 ? "committed" : "filtered"; });
}

TEST_F(MalformedTest, QinqTags) {
  watch(5, false);
  const Buffer frame = ipv4().tagged(0x88a8, 100).tagged(0x8100, 5).build();
  expect_fates(
      kWord, [&frame](int value) { return with16(frame, 14, value); },
      [](int) { return "committed"; });
  expect_fates(
      kWord, [&frame](int value) { return with16(frame, 18, value); },
      [](int control) { return (control & 0xfff) == 5 ? "committed" : "filtered"; });
  expect_fates(
      kWord, [&frame](int value) { return with16(frame, 16, value); },
      [](int type) {
        return type == 0x8100 || type == 0x88a8 || type == 0x9100 ? "committed"
               : type == 0x0800 || type == 0x86dd                 ? "bad_ip_header"
                                                                  : "filtered";
      });
}

TEST_F(MalformedTest, Ipv4VersionAndHeaderLength) {
  const Buffer frame = ipv4().build();
  expect_fates(
      kByte, [&frame](int value) { return summed(with(frame, 14, value)); },
      [](int value) {
        const int words = value & 15;
        if (value >> 4 != 4 || words < 5) {
          return "bad_ip_header";
        }
        // With a longer header, UDP's begins where no length makes sense.
        return words == 5 ? "committed" : "bad_udp_length";
      });
}

TEST_F(MalformedTest, Ipv4TotalLength) {
  const Buffer frame = ipv4().build();
  expect_fates(
      kWord, [&frame](int value) { return summed(with16(frame, 16, value)); },
      [](int total) {
        const int there = 20 + kUdp + kPacket;
        return total < 20          ? "bad_ip_header"
               : total < 20 + kUdp ? "bad_udp_length"
               : total > there     ? "truncated"
               : total < there     ? "bad_udp_length"
                                   : "committed";
      });
}

TEST_F(MalformedTest, Ipv4FlagsAndOffset) {
  uint64_t fragments = 0;
  for (int value = 0; value < kWord; ++value) {
    FrameBuilder builder = ipv4();
    builder.fragment = static_cast<uint16_t>(value);
    builder.identification = static_cast<uint16_t>(value);
    const std::string fate = fate_of(builder.build());
    if ((value & 0x3fff) == 0) {
      ASSERT_EQ(fate, "committed") << value;
    } else {
      ASSERT_TRUE(is_of_a_fragment(fate)) << value << " " << fate;
      ++fragments;
    }
  }
  receiver_->finish();
  EXPECT_EQ(dropped(Drop::kFragment), fragments);
  EXPECT_EQ(stats_.received.get(), stream_.committed.get() + stats_.drops.sum());
}

TEST_F(MalformedTest, Ipv4Protocol) {
  const Buffer frame = ipv4().build();
  expect_fates(
      kByte, [&frame](int value) { return summed(with(frame, 23, value)); },
      [](int protocol) { return protocol == 17 ? "committed" : "filtered"; });
}

TEST_F(MalformedTest, Ipv4Checksum) {
  const Buffer frame = ipv4().build();
  const int right = frame[24] << 8 | frame[25];
  expect_fates(
      kWord, [&frame](int value) { return with16(frame, 24, value); },
      [right](int sum) { return sum == right ? "committed" : "bad_ip_checksum"; });
}

TEST_F(MalformedTest, Ipv4FieldsThatMayHaveAnyValue) {
  const Buffer frame = ipv4().build();
  for (const size_t at :
       {15U, 18U, 19U, 22U, 26U, 27U, 28U, 29U}) {  // TOS, identification, TTL, source
    expect_fates(
        kByte, [&frame, at](int value) { return summed(with(frame, at, value)); },
        [](int) { return "committed"; });
  }
}

TEST_F(MalformedTest, Ipv4Destination) {
  const Buffer frame = ipv4().build();
  for (const size_t at : {30U, 31U, 32U, 33U}) {
    expect_fates(
        kByte, [&frame, at](int value) { return summed(with(frame, at, value)); },
        [&frame, at](int value) { return value == frame[at] ? "committed" : "filtered"; });
  }
}

TEST_F(MalformedTest, EveryBitOfAnIpv4HeaderThatTheChecksumGuards) {
  const Buffer frame = ipv4().build();
  expect_fates(
      20 * 8,
      [&frame](int bit) {
        const auto at = static_cast<size_t>(14 + bit / 8);
        return with(frame, at, frame[at] ^ 1 << bit % 8);
      },
      [](int bit) {
        // All of the version's; of the header length's, those that make it less than 5 words.
        const bool senseless = bit == 0 || bit == 2 || (bit >= 4 && bit < 8);
        return senseless ? "bad_ip_header" : "bad_ip_checksum";
      });
}

TEST_F(MalformedTest, UdpLength) {
  const auto rule = [](int length) {
    return length < kUdp || length > kUdp + kPacket ? "bad_udp_length"
           : length == kUdp                         ? "bad_udp_payload"
           : length < kUdp + kPacket                ? "not_ts"
                                                    : "committed";
  };
  for (const FrameBuilder& builder : {ipv4(), ipv6()}) {
    const Buffer frame = builder.build();
    const size_t udp = frame.size() - kPacket - kUdp;
    expect_fates(
        kWord, [&frame, udp](int value) { return with16(frame, udp + 4, value); }, rule);
  }
}

TEST_F(MalformedTest, UdpPortsAndChecksum) {
  for (const FrameBuilder& builder : {ipv4(), ipv6()}) {
    const Buffer frame = builder.build();
    const size_t udp = frame.size() - kPacket - kUdp;
    const auto any = [](int) { return "committed"; };
    expect_fates(
        kWord, [&frame, udp](int value) { return with16(frame, udp, value); }, any);
    expect_fates(
        kWord, [&frame, udp](int value) { return with16(frame, udp + 6, value); }, any);
    expect_fates(
        kWord, [&frame, udp](int value) { return with16(frame, udp + 2, value); },
        [](int port) { return port == 5000 ? "committed" : "filtered"; });
  }
}

TEST_F(MalformedTest, Ipv6VersionClassAndFlow) {
  const Buffer frame = ipv6().build();
  expect_fates(
      kByte, [&frame](int value) { return with(frame, 14, value); },
      [](int value) { return value >> 4 == 6 ? "committed" : "bad_ip_header"; });
  for (const size_t at : {15U, 16U, 17U, 21U}) {  // and hop limit
    expect_fates(
        kByte, [&frame, at](int value) { return with(frame, at, value); },
        [](int) { return "committed"; });
  }
}

TEST_F(MalformedTest, Ipv6PayloadLength) {
  const Buffer frame = ipv6().build();
  expect_fates(
      kWord, [&frame](int value) { return with16(frame, 18, value); },
      [](int length) {
        return length > kUdp + kPacket   ? "truncated"
               : length < kUdp + kPacket ? "bad_udp_length"
                                         : "committed";
      });
}

TEST_F(MalformedTest, Ipv6NextHeader) {
  const Buffer frame = ipv6().build();
  expect_fates(
      kByte, [&frame](int value) { return with(frame, 20, value); },
      [](int next) {
        // UDP's ports read as an extension header make it longer than the packet. As a fragment
        // header they say that the piece is none of a UDP datagram.
        const bool extension = next == 0 || next == 43 || next == 51 || next == 60;
        return next == 17 ? "committed" : extension ? "bad_ip_header" : "filtered";
      });
}

TEST_F(MalformedTest, Ipv6ExtensionHeaders) {
  for (const int type : {0, 43, 51, 60}) {
    FrameBuilder builder = ipv6();
    builder.extended(static_cast<uint8_t>(type), Buffer(7, 0));
    const Buffer frame = builder.build();
    expect_fates(
        kByte, [&frame](int value) { return with(frame, 55, value); },
        [type](int length) {
          const int bytes = 8 + length * (type == 51 ? 4 : 8);
          return length == 0                  ? "committed"
                 : bytes > 8 + kUdp + kPacket ? "bad_ip_header"
                                              : "bad_udp_length";
        });
    expect_fates(
        kByte, [&frame](int value) { return with(frame, 54, value); },
        [](int next) {
          const bool extension = next == 0 || next == 43 || next == 51 || next == 60;
          return next == 17 ? "committed" : extension ? "bad_ip_header" : "filtered";
        });
  }
}

TEST_F(MalformedTest, Ipv6FragmentHeader) {
  uint64_t fragments = 0;
  for (int value = 0; value < kWord; ++value) {
    FrameBuilder builder = ipv6();
    const auto high = static_cast<uint8_t>(value >> 8);
    const auto low = static_cast<uint8_t>(value);
    builder.extended(44, {0, high, low, 0, 0, high, low});
    const std::string fate = fate_of(builder.build());
    if ((value & 0xfff9) == 0) {  // whole, whatever the reserved bits
      ASSERT_EQ(fate, "committed") << value;
    } else {
      ASSERT_TRUE(is_of_a_fragment(fate)) << value << " " << fate;
      ++fragments;
    }
  }
  receiver_->finish();
  EXPECT_EQ(dropped(Drop::kFragment), fragments);
  EXPECT_EQ(stats_.received.get(), stream_.committed.get() + stats_.drops.sum());
}

TEST_F(MalformedTest, CutAtEveryByte) {
  struct Case {
    FrameBuilder builder;
    size_t link;
  };
  FrameBuilder options = ipv4();
  options.options = Buffer(12, 1);
  const Case cases[] = {
      {ipv4(), 14},
      {options, 14},
      {ipv4().tagged(0x8100, 5), 18},
      {ipv4().tagged(0x88a8, 100).tagged(0x8100, 5), 22},
      {ipv6(), 14},
      {ipv6().extended(0, Buffer(7, 0)).extended(60, Buffer(7, 0)), 14},
      {ipv6().tagged(0x88a8, 100).tagged(0x8100, 5).extended(44, Buffer(7, 0)), 22},
  };
  for (const Case& cut : cases) {
    const Buffer frame = cut.builder.build();
    expect_fates(
        static_cast<int>(frame.size()) + 1,
        [&frame](int length) { return Buffer(frame.begin(), frame.begin() + length); },
        [&frame, &cut](int length) {
          const auto size = static_cast<size_t>(length);
          return size < cut.link ? "bad_ethernet" : size < frame.size() ? "truncated" : "committed";
        });
  }
}

TEST_F(MalformedTest, FragmentCutAtEveryByte) {
  for (const FrameBuilder& builder : {ipv4(), ipv6(), ipv4().tagged(0x8100, 5)}) {
    const auto frames = Fragmenter(builder).fragments(96);
    const size_t link = 14 + builder.tags.size();
    expect_fates(
        static_cast<int>(frames[0].size()),
        [&frames](int length) { return Buffer(frames[0].begin(), frames[0].begin() + length); },
        [link](int length) {
          return static_cast<size_t>(length) < link ? "bad_ethernet" : "truncated";
        });
    EXPECT_EQ(fate_of(frames[0]), "nothing");
    EXPECT_EQ(fate_of(frames[1]), "nothing");
    EXPECT_EQ(fate_of(frames[2]), "committed");
  }
}

/// An RTP datagram of 7 TS packets in a frame. Sequence numbers go on from one to the next.
Buffer rtp_frame(int first_byte, size_t length = SIZE_MAX) {
  static uint16_t sequence = 0;
  ++sequence;
  Buffer datagram = {static_cast<uint8_t>(first_byte), 33};
  datagram.resize(12);
  set16(datagram, 2, sequence);
  const Buffer packets = null_packets(7);
  datagram.insert(datagram.end(), packets.begin(), packets.end());
  datagram.resize(std::min(length, datagram.size()));
  return FrameBuilder().carrying(datagram).build();
}

TEST_F(MalformedTest, RtpVersionPaddingExtensionAndCsrcCount) {
  watch(0, true);
  expect_fates(
      kByte, [](int value) { return rtp_frame(value); },
      [](int value) {
        const bool extension =
            (value & 0x10) != 0;  // would be as long as null packets have it: too long
        const bool csrcs = (value & 0x0f) != 0;  // take the first sync byte
        return value >> 6 != 2 || extension ? "bad_rtp" : csrcs ? "not_ts" : "committed";
      });
}

TEST_F(MalformedTest, RtpCutAtEveryByte) {
  watch(0, true);
  expect_fates(
      12 + 7 * kPacket + 1, [](int length) { return rtp_frame(0x80, static_cast<size_t>(length)); },
      [](int length) {
        return length == 0             ? "bad_udp_payload"
               : length < 12           ? "bad_rtp"
               : length < 12 + kPacket ? "not_ts"
                                       : "committed";
      });
}

TEST_F(MalformedTest, PayloadOfEveryLength) {
  const Buffer packets = null_packets(8);
  expect_fates(
      static_cast<int>(packets.size()) + 1,
      [&packets](int length) {
        return FrameBuilder().carrying({packets.begin(), packets.begin() + length}).build();
      },
      [](int length) {
        return length == 0 ? "bad_udp_payload" : length < kPacket ? "not_ts" : "committed";
      });
}

}  // namespace
}  // namespace sluice::lcore
