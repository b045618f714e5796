#include "dataplane/net/frame.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <string>

#include "tests/dataplane/net/frame_builder.h"
#include "tests/dataplane/net/parse_exactly.h"

namespace sluice::net {
namespace {

using arena::Drop;
using test::FrameBuilder;
using test::parse;
using Buffer = FrameBuilder::Buffer;

Buffer payload_of(const Buffer& bytes, const Frame& frame) {
  const auto begin = bytes.begin() + frame.payload_offset;
  return {begin, begin + frame.payload_length};
}

Buffer counting(size_t size) {
  Buffer bytes(size);
  for (size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<uint8_t>(i * 7);
  }
  return bytes;
}

/// The case's description as gtest takes it for a name.
template <typename Case>
std::string case_name(const testing::TestParamInfo<Case>& tested) {
  std::string name = tested.param.name;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

struct SoundCase {
  std::string name;
  std::function<void(FrameBuilder&)> change;
  uint16_t vlan = 0;
  uint16_t stripped_vlan = 0;
};

class SoundFrame : public testing::TestWithParam<SoundCase> {};

TEST_P(SoundFrame, YieldsWhatWentIn) {
  FrameBuilder builder;
  builder.from("10.2.3.4").to("239.5.6.7", 5004).carrying(counting(1316));
  GetParam().change(builder);
  const Buffer bytes = builder.build();
  const Frame frame = parse(bytes, GetParam().stripped_vlan);
  ASSERT_EQ(frame.kind, FrameKind::kDatagram);
  EXPECT_TRUE(frame.addressed);
  EXPECT_EQ(frame.destination, *IpAddress::parse(builder.destination));
  EXPECT_EQ(frame.source, *IpAddress::parse(builder.source));
  EXPECT_EQ(frame.port, 5004);
  EXPECT_EQ(frame.vlan, GetParam().vlan);
  EXPECT_EQ(payload_of(bytes, frame), builder.payload);
}

void to_v6(FrameBuilder& builder) {
  builder.from("2001:db8::77").to("ff3e::8000:1", 5004);
}

const SoundCase kSound[] = {
    {"plain", [](FrameBuilder&) {}},
    {"one byte of payload and Ethernet's padding",
     [](FrameBuilder& b) { b.carrying({0x47}).padding = 17; }},
    {"with a frame check sequence behind it", [](FrameBuilder& b) { b.padding = 4; }},
    {"don't-fragment flag", [](FrameBuilder& b) { b.fragment = 0x4000; }},
    {"IPv4 options",
     [](FrameBuilder& b) {
       b.options = {0x94, 4, 0, 0};
     }},
    {"the longest IPv4 header", [](FrameBuilder& b) { b.options = Buffer(40, 1); }},
    {"UDP shorter than what IP carries",
     [](FrameBuilder& b) {
       b.total_length = 20 + 8 + 1316 + 6;
       b.padding = 6;
     }},
    {"jumbo", [](FrameBuilder& b) { b.carrying(counting(8948)); }},
    {"tagged", [](FrameBuilder& b) { b.tagged(0x8100, 0x6005); }, 5},
    {"priority-tagged", [](FrameBuilder& b) { b.tagged(0x8100, 0xe000); }, 0},
    {"QinQ", [](FrameBuilder& b) { b.tagged(0x88a8, 100).tagged(0x8100, 7); }, 7},
    {"old QinQ", [](FrameBuilder& b) { b.tagged(0x9100, 100).tagged(0x8100, 7); }, 7},
    {"priority tag within a VLAN",
     [](FrameBuilder& b) { b.tagged(0x88a8, 100).tagged(0x8100, 0xe000); }, 100},
    {"priority tag left in by a driver that took the VLAN's",
     [](FrameBuilder& b) { b.tagged(0x8100, 0xe000); }, 9, 9},
    {"tag taken out by the driver", [](FrameBuilder&) {}, 9, 0x2009},
    {"outer tag taken out by the driver", [](FrameBuilder& b) { b.tagged(0x8100, 7); }, 7, 100},
    {"IPv6", to_v6},
    {"IPv6 with hop-by-hop options",
     [](FrameBuilder& b) {
       to_v6(b);
       b.extended(0, {0, 5, 2, 0, 0, 1, 0});
     }},
    {"IPv6 with every header that is walked past",
     [](FrameBuilder& b) {
       to_v6(b);
       Buffer longer(15, 0);
       longer[0] = 1;
       Buffer authentication(23, 0);
       authentication[0] = 4;
       b.extended(0, longer)
           .extended(43, Buffer(7, 0))
           .extended(51, authentication)
           .extended(60, Buffer(7, 0));
     }},
    {"IPv6 atomic fragment",
     [](FrameBuilder& b) {
       to_v6(b);
       b.extended(44, {0, 0, 0, 1, 2, 3, 4});
     }},
};

INSTANTIATE_TEST_SUITE_P(All, SoundFrame, testing::ValuesIn(kSound), case_name<SoundCase>);

struct BrokenCase {
  std::string name;
  std::function<void(FrameBuilder&)> change;
  Drop drop;
  bool addressed = true;
};

class BrokenFrame : public testing::TestWithParam<BrokenCase> {};

TEST_P(BrokenFrame, IsDroppedByItsName) {
  FrameBuilder builder;
  GetParam().change(builder);
  const Frame frame = parse(builder.build());
  ASSERT_EQ(frame.kind, FrameKind::kBroken) << GetParam().name;
  EXPECT_EQ(to_string(frame.drop), to_string(GetParam().drop)) << GetParam().name;
  EXPECT_EQ(frame.addressed, GetParam().addressed) << GetParam().name;
  if (frame.addressed) {
    EXPECT_EQ(frame.destination, *IpAddress::parse(builder.destination));
  }
}

const BrokenCase kBroken[] = {
    {"version 5 as IPv4", [](FrameBuilder& b) { b.version = 5; }, Drop::kBadIpHeader, false},
    {"header of four words", [](FrameBuilder& b) { b.header_words = 4; }, Drop::kBadIpHeader,
     false},
    {"header of no words", [](FrameBuilder& b) { b.header_words = 0; }, Drop::kBadIpHeader, false},
    {"total length under the header's", [](FrameBuilder& b) { b.total_length = 19; },
     Drop::kBadIpHeader, false},
    {"total length 0, as offload leaves it", [](FrameBuilder& b) { b.total_length = 0; },
     Drop::kBadIpHeader, false},
    {"checksum 0", [](FrameBuilder& b) { b.checksum = 0; }, Drop::kBadIpChecksum, false},
    {"options under a checksum without them",
     [](FrameBuilder& b) {
       b.options = {1, 1, 1, 1};
       b.checksum = 0x1111;
     },
     Drop::kBadIpChecksum, false},
    {"total length beyond the frame", [](FrameBuilder& b) { b.total_length = 20 + 8 + 1316 + 1; },
     Drop::kTruncated},
    {"total length of 65535", [](FrameBuilder& b) { b.total_length = 65535; }, Drop::kTruncated},
    {"UDP length 0", [](FrameBuilder& b) { b.udp_length = 0; }, Drop::kBadUdpLength},
    {"UDP length 7", [](FrameBuilder& b) { b.udp_length = 7; }, Drop::kBadUdpLength},
    {"UDP length beyond IP's", [](FrameBuilder& b) { b.udp_length = 8 + 1316 + 1; },
     Drop::kBadUdpLength},
    {"UDP length beyond IP's, padding behind it",
     [](FrameBuilder& b) {
       b.udp_length = 8 + 1316 + 4;
       b.padding = 100;
     },
     Drop::kBadUdpLength},
    {"IP too short for a UDP header", [](FrameBuilder& b) { b.total_length = 27; },
     Drop::kBadUdpLength},
    {"no payload", [](FrameBuilder& b) { b.carrying({}); }, Drop::kBadUdpPayload},
    {"version 4 as IPv6",
     [](FrameBuilder& b) {
       to_v6(b);
       b.version = 4;
     },
     Drop::kBadIpHeader, false},
    {"IPv6 payload beyond the frame",
     [](FrameBuilder& b) {
       to_v6(b);
       b.total_length = 8 + 1316 + 1;
     },
     Drop::kTruncated},
    {"IPv6 without payload",
     [](FrameBuilder& b) {
       to_v6(b);
       b.total_length = 0;
     },
     Drop::kBadUdpLength},
    {"IPv6 extension beyond the payload",
     [](FrameBuilder& b) {
       to_v6(b);
       b.carrying({1, 2, 3}).extended(60, {200, 0, 0, 0, 0, 0, 0});
     },
     Drop::kBadIpHeader},
    {"IPv6 payload too short for its extension",
     [](FrameBuilder& b) {
       to_v6(b);
       b.extended(60, Buffer(7, 0)).total_length = 7;
     },
     Drop::kBadIpHeader},
};

INSTANTIATE_TEST_SUITE_P(All, BrokenFrame, testing::ValuesIn(kBroken), case_name<BrokenCase>);

struct FragmentCase {
  std::string name;
  std::function<void(FrameBuilder&)> change;
  Fragment fragment;
  size_t ahead = 0;  // of the piece, in what IP carries
};

class FragmentFrame : public testing::TestWithParam<FragmentCase> {};

TEST_P(FragmentFrame, SaysWhichPieceItIs) {
  FrameBuilder builder;
  builder.tagged(0x8100, 5).padding = 9;
  GetParam().change(builder);
  const Buffer bytes = builder.build();
  const Frame frame = parse(bytes);
  ASSERT_EQ(frame.kind, FrameKind::kFragment);
  EXPECT_EQ(frame.destination, *IpAddress::parse(builder.destination));
  EXPECT_EQ(frame.source, *IpAddress::parse(builder.source));
  EXPECT_EQ(frame.vlan, 5);
  const Fragment& expected = GetParam().fragment;
  EXPECT_EQ(frame.fragment.identification, expected.identification);
  EXPECT_EQ(frame.fragment.offset, expected.offset);
  EXPECT_EQ(frame.fragment.more, expected.more);
  EXPECT_EQ(frame.fragment.next_header, expected.next_header);
  EXPECT_EQ(frame.payload_length, GetParam().ahead + 8 + builder.payload.size());
  EXPECT_EQ(size_t{frame.payload_offset} + frame.payload_length + builder.padding, bytes.size());
  EXPECT_EQ(parse(bytes, bytes.size() - builder.padding - 1).drop, Drop::kTruncated);
}

const FragmentCase kFragments[] = {
    {"first", [](FrameBuilder& b) { b.fragment = 0x2000; }, {0x1234, 0, true, 17}},
    {"middle", [](FrameBuilder& b) { b.fragment = 0x2010; }, {0x1234, 128, true, 17}},
    {"last", [](FrameBuilder& b) { b.fragment = 0x0010; }, {0x1234, 128, false, 17}},
    {"farthest, don't-fragment flag set all the same",
     [](FrameBuilder& b) { b.fragment = 0x5fff; },
     {0x1234, 65'528, false, 17}},
    {"behind options",
     [](FrameBuilder& b) {
       b.options = Buffer(12, 1);
       b.fragment = 0x2000;
     },
     {0x1234, 0, true, 17}},
    {"first of IPv6",
     [](FrameBuilder& b) {
       to_v6(b);
       b.extended(44, {0, 0, 1, 0, 0x12, 0x34, 0x56});
     },
     {0x00123456, 0, true, 17}},
    {"last of IPv6, reserved bits set",
     [](FrameBuilder& b) {
       to_v6(b);
       b.extended(0, Buffer(7, 0)).extended(44, {0xff, 5, 0x7e, 0xde, 0xad, 0xbe, 0xef});
     },
     {0xdeadbeef, 0x578, false, 17}},
    {"of IPv6, with a header of its own in it",
     [](FrameBuilder& b) {
       to_v6(b);
       b.extended(44, {0, 0, 1, 0, 0, 0, 9}).extended(60, Buffer(7, 0));
     },
     {9, 0, true, 60},
     8},
};

INSTANTIATE_TEST_SUITE_P(All, FragmentFrame, testing::ValuesIn(kFragments),
                         case_name<FragmentCase>);

struct OtherCase {
  std::string name;
  std::function<void(FrameBuilder&)> change;
};

class OtherFrame : public testing::TestWithParam<OtherCase> {};

TEST_P(OtherFrame, IsNobodys) {
  FrameBuilder builder;
  GetParam().change(builder);
  EXPECT_EQ(parse(builder.build()).kind, FrameKind::kOther) << GetParam().name;
}

const OtherCase kOther[] = {
    {"ARP", [](FrameBuilder& b) { b.ether_type = 0x0806; }},
    {"802.3 length instead of a type", [](FrameBuilder& b) { b.ether_type = 0x0026; }},
    {"three tags",
     [](FrameBuilder& b) { b.tagged(0x88a8, 1).tagged(0x8100, 2).tagged(0x8100, 3); }},
    {"TCP", [](FrameBuilder& b) { b.protocol = 6; }},
    {"a fragment of TCP",
     [](FrameBuilder& b) {
       b.protocol = 6;
       b.fragment = 0x2000;
     }},
    {"a super-frame of TCP, cut short",
     [](FrameBuilder& b) {
       b.protocol = 6;
       b.total_length = 60000;
     }},
    {"ICMPv6",
     [](FrameBuilder& b) {
       to_v6(b);
       b.protocol = 58;
     }},
    {"encrypted IPv6",
     [](FrameBuilder& b) {
       to_v6(b);
       b.protocol = 50;
     }},
    {"IPv6 without a next header",
     [](FrameBuilder& b) {
       to_v6(b);
       b.extended(60, Buffer(7, 0)).protocol = 59;
     }},
    {"a fragment of TCP over IPv6",
     [](FrameBuilder& b) {
       to_v6(b);
       b.extended(44, {0, 0, 1, 0, 0, 0, 9}).protocol = 6;
     }},
};

INSTANTIATE_TEST_SUITE_P(All, OtherFrame, testing::ValuesIn(kOther), case_name<OtherCase>);

/// A frame cut at any byte is never taken for a datagram, and says why: the link header is not
/// whole, or the IP length is not reached.
void expect_cut_everywhere(const FrameBuilder& builder, size_t link_header) {
  const Buffer bytes = builder.build();
  for (size_t length = 0; length < bytes.size(); ++length) {
    const Frame frame = parse(bytes, length);
    ASSERT_EQ(frame.kind, FrameKind::kBroken) << length;
    const Drop expected = length < link_header ? Drop::kBadEthernet : Drop::kTruncated;
    ASSERT_EQ(to_string(frame.drop), to_string(expected)) << length;
  }
  EXPECT_EQ(parse(bytes).kind, FrameKind::kDatagram);
}

TEST(CutFrame, IsTruncatedAtEveryByte) {
  expect_cut_everywhere(FrameBuilder().carrying(counting(64)), 14);
}

TEST(CutFrame, IsTruncatedAtEveryByteBehindTagsAndOptions) {
  FrameBuilder builder;
  builder.carrying(counting(64)).tagged(0x88a8, 3).tagged(0x8100, 4).options = Buffer(12, 1);
  expect_cut_everywhere(builder, 22);
}

TEST(CutFrame, IsTruncatedAtEveryByteOfIpv6AndItsExtensions) {
  FrameBuilder builder;
  to_v6(builder);
  builder.carrying(counting(64)).extended(0, Buffer(7, 0)).extended(60, Buffer(7, 0));
  expect_cut_everywhere(builder, 14);
}

TEST(CutFrame, LosingOnlyItsPaddingIsWhole) {
  FrameBuilder builder;
  builder.carrying({1, 2, 3}).padding = 15;
  const Buffer bytes = builder.build();
  for (size_t cut = 0; cut <= 15; ++cut) {
    EXPECT_EQ(parse(bytes, bytes.size() - cut).kind, FrameKind::kDatagram) << cut;
  }
}

TEST(Checksum, DetectsEveryFlippedBitOfTheHeader) {
  const Buffer sound = FrameBuilder().build();
  for (size_t bit = 14 * 8; bit < 34 * 8; ++bit) {
    Buffer bytes = sound;
    bytes[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    EXPECT_EQ(parse(bytes).kind, FrameKind::kBroken) << bit;
  }
}

}  // namespace
}  // namespace sluice::net
