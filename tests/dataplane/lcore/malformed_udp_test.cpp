#include <gtest/gtest.h>

#include "tests/dataplane/lcore/malformed_fixture.h"
#include "tests/dataplane/net/fragment_builder.h"

namespace sluice::lcore {
namespace {

using test::Fragmenter;
using test::FrameBuilder;

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

/// An RTP datagram of 7 TS packets in a frame. Sequence numbers go on from one sound header to the
/// next, or the segmenter would wait for those between.
Buffer rtp_frame(int first_byte, size_t length = SIZE_MAX) {
  static uint16_t sequence = 0;
  sequence += (first_byte & 0xd0) == 0x80 && length >= 12 ? 1 : 0;
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
        // An extension would be as long as null packets have it: too long. CSRCs and padding take
        // some of the first and the last packet, and leave others whole.
        const bool extension = (value & 0x10) != 0;
        return value >> 6 != 2 || extension ? "bad_rtp" : "committed";
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
