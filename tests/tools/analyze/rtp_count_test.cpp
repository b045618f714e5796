#include "tools/analyze/rtp_count.h"

#include <gtest/gtest.h>

namespace sluice::tools::analyze {
namespace {

RtpCount count(std::initializer_list<int> sequence, uint32_t ssrc = 7) {
  RtpCount counted;
  for (const int number : sequence) {
    media::RtpPacket packet;
    packet.sequence = static_cast<uint16_t>(number);
    packet.ssrc = ssrc;
    counted.take(packet);
  }
  return counted;
}

TEST(RtpCount, WhatIsMissingIsLostUnlessItComesLate) {
  EXPECT_EQ(count({65534, 65535, 0, 1}).lost(), 0U);
  EXPECT_EQ(count({65534, 1}).lost(), 2U);
  const RtpCount late = count({1, 2, 5, 3, 6});
  EXPECT_EQ(late.lost(), 1U);
  EXPECT_EQ(late.reordered(), 1U);
}

TEST(RtpCount, TheSameOnceMoreIsADuplicate) {
  const RtpCount counted = count({1, 2, 2, 3, 1});
  EXPECT_EQ(counted.duplicates(), 2U);
  EXPECT_EQ(counted.reordered(), 0U);
  EXPECT_EQ(counted.received(), 5U);
}

TEST(RtpCount, AnotherSourceBeginsAnew) {
  RtpCount counted = count({1, 2, 3});
  media::RtpPacket packet;
  packet.sequence = 900;
  packet.ssrc = 8;
  counted.take(packet);
  EXPECT_EQ(counted.lost(), 0U);
  EXPECT_EQ(counted.sources(), 2U);
}

}  // namespace
}  // namespace sluice::tools::analyze
