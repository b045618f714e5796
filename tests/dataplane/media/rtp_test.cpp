#include "dataplane/media/rtp.h"

#include <gtest/gtest.h>

#include "tests/dataplane/media/hex_bytes.h"

namespace sluice::media {
namespace {

TEST(RtpPacket, ReadsTheFixedHeader) {
  const auto bytes = from_hex("80 a1 12 34 01 02 03 04 de ad be ef 47 11");
  const auto packet = RtpPacket::read(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->payload_type, 33);
  EXPECT_TRUE(packet->marker);
  EXPECT_EQ(packet->sequence, 0x1234);
  EXPECT_EQ(packet->timestamp, 0x01020304U);
  EXPECT_EQ(packet->ssrc, 0xdeadbeefU);
  EXPECT_EQ(packet->payload.data(), bytes.data() + 12);
  EXPECT_EQ(packet->payload.size(), 2U);
}

TEST(RtpPacket, PassesOverCsrcsExtensionAndPadding) {
  const auto bytes = from_hex(
      "b2 21 00 01 00 00 00 00 00 00 00 00 "  // padding, extension, two CSRCs
      "11 11 11 11 22 22 22 22 be de 00 01 aa bb cc dd 47 48 49 00 00 03");
  const auto packet = RtpPacket::read(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(std::vector<uint8_t>(packet->payload.begin(), packet->payload.end()),
            from_hex("47 48 49"));
}

TEST(RtpPacket, RefusesWhatIsLongerThanThePacket) {
  for (const char* text : {
           "",
           "80 21 00 01 00 00 00 00 00 00 00",              // no whole header
           "40 21 00 01 00 00 00 00 00 00 00 00 47",        // version 1
           "81 21 00 01 00 00 00 00 00 00 00 00 47",        // CSRC missing
           "90 21 00 01 00 00 00 00 00 00 00 00 be de 00",  // extension header torn
           "90 21 00 01 00 00 00 00 00 00 00 00 be de 00 02 00 00 00 00",
           "a0 21 00 01 00 00 00 00 00 00 00 00 47 00",  // padding of 0
           "a0 21 00 01 00 00 00 00 00 00 00 00 47 03",  // padding over the payload
       }) {
    EXPECT_FALSE(RtpPacket::read(from_hex(text))) << text;
  }
}

TEST(RtpPacket, MayCarryNothing) {
  const auto packet = RtpPacket::read(from_hex("80 21 00 01 00 00 00 00 00 00 00 00"));
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->payload.empty());
}

}  // namespace
}  // namespace sluice::media
