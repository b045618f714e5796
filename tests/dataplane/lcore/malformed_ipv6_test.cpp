#include <gtest/gtest.h>

#include "tests/dataplane/lcore/malformed_fixture.h"

namespace sluice::lcore {
namespace {

using arena::Drop;
using test::FrameBuilder;

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

}  // namespace
}  // namespace sluice::lcore
