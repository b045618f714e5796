#include <gtest/gtest.h>

#include "tests/dataplane/lcore/malformed_fixture.h"

namespace sluice::lcore {
namespace {

using arena::Drop;
using test::FrameBuilder;

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

}  // namespace
}  // namespace sluice::lcore
