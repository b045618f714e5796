#include "dataplane/media/ts_packet.h"

#include <gtest/gtest.h>

#include "dataplane/media/continuity.h"
#include "dataplane/media/timestamp.h"
#include "tests/dataplane/media/hex_bytes.h"

namespace sluice::media {
namespace {

std::vector<uint8_t> packet_of(std::string_view begin, uint8_t fill = 0xff) {
  auto bytes = from_hex(begin);
  bytes.resize(kTsPacketSize, fill);
  return bytes;
}

TEST(TsPacket, ReadsTheFieldsOfItsHeader) {
  const auto bytes = packet_of("47 e1 23 d7");
  const TsHeader header = TsPacket(bytes.data()).header();
  EXPECT_TRUE(header.in_sync());
  EXPECT_TRUE(header.transport_error());
  EXPECT_TRUE(header.unit_start());
  EXPECT_EQ(header.pid(), 0x0123);
  EXPECT_TRUE(header.scrambled());
  EXPECT_FALSE(header.has_adaptation_field());
  EXPECT_TRUE(header.has_payload());
  EXPECT_EQ(header.continuity_counter(), 7);
}

TEST(TsPacket, ReadsThePcrInTicksOf27MHz) {
  // base 0x1234567 x 2 + 1, extension 299
  const auto bytes = packet_of("47 01 00 30 07 50 01 23 45 67 ff 2b");
  const TsPacket packet(bytes.data());
  ASSERT_TRUE(packet.has_pcr());
  EXPECT_EQ(packet.pcr(), uint64_t{0x02468acf} * 300 + 299);
  EXPECT_TRUE(packet.random_access_indicator());
  EXPECT_FALSE(packet.discontinuity_indicator());
  EXPECT_EQ(packet.payload().size(), kTsPacketSize - 4 - 8);
}

TEST(TsPacket, GivesNoPayloadWhereTheAdaptationFieldClaimsMoreThanThePacket) {
  EXPECT_EQ(TsPacket(packet_of("47 01 00 30 b6").data()).payload().size(), 1U);
  for (const char* begin : {"47 01 00 30 b7", "47 01 00 30 ff", "47 01 00 20 01 00"}) {
    EXPECT_TRUE(TsPacket(packet_of(begin).data()).payload().empty()) << begin;
  }
}

TEST(TsPacket, SeesNoFlagsInAnAdaptationFieldWithoutThem) {
  const auto bytes = packet_of("47 01 00 30 00 ff");
  const TsPacket packet(bytes.data());
  EXPECT_FALSE(packet.discontinuity_indicator());
  EXPECT_FALSE(packet.random_access_indicator());
  EXPECT_FALSE(packet.has_pcr());
}

TEST(TsPacket, SeesNoPcrInAnAdaptationFieldTooShortForOne) {
  EXPECT_FALSE(TsPacket(packet_of("47 01 00 30 06 10").data()).has_pcr());
}

TEST(Timestamp, MeasuresDistancesAcrossTheWrap) {
  EXPECT_EQ(pts_distance(10, 100), 90);
  EXPECT_EQ(pts_distance(100, 10), -90);
  EXPECT_EQ(pts_distance(kPtsModulus - 10, 5), 15);
  EXPECT_EQ(pts_distance(5, kPtsModulus - 10), -15);
  EXPECT_EQ(pts_add(kPtsModulus - 1, 2), 1U);
  EXPECT_EQ(pcr_distance(kPcrModulus - 1, 1), 2);
  EXPECT_EQ(pcr_distance(1, kPcrModulus - 1), -2);
}

Continuity feed(ContinuityCounter& counter, std::string_view begin, uint8_t fill = 0) {
  return counter.check(TsPacket(packet_of(begin, fill).data()));
}

TEST(ContinuityCounter, GoesOnByOneAndWraps) {
  ContinuityCounter counter{};
  for (const char* begin : {"47 01 00 1e", "47 01 00 1f", "47 01 00 10", "47 01 00 11"}) {
    EXPECT_EQ(feed(counter, begin), Continuity::kContinues) << begin;
  }
  EXPECT_EQ(feed(counter, "47 01 00 13"), Continuity::kBroken);
  EXPECT_EQ(feed(counter, "47 01 00 14"), Continuity::kContinues);
}

TEST(ContinuityCounter, AllowsAPacketTwiceButNotThreeTimes) {
  ContinuityCounter counter{};
  feed(counter, "47 01 00 15", 1);
  EXPECT_EQ(feed(counter, "47 01 00 15", 1), Continuity::kDuplicate);
  EXPECT_EQ(feed(counter, "47 01 00 15", 1), Continuity::kBroken);
  EXPECT_EQ(feed(counter, "47 01 00 16", 1), Continuity::kContinues);
}

TEST(ContinuityCounter, TakesADuplicateWhosePcrDiffers) {
  ContinuityCounter counter{};
  feed(counter, "47 01 00 35 07 10 00 00 00 01 7e 00");
  EXPECT_EQ(feed(counter, "47 01 00 35 07 10 00 00 00 02 7e 00"), Continuity::kDuplicate);
}

TEST(ContinuityCounter, IsBrokenByOtherBytesUnderTheSameCount) {
  ContinuityCounter counter{};
  feed(counter, "47 01 00 15", 1);
  EXPECT_EQ(feed(counter, "47 01 00 15", 2), Continuity::kBroken);
}

TEST(ContinuityCounter, PassesOverPacketsWithoutPayload) {
  ContinuityCounter counter{};
  feed(counter, "47 01 00 15", 1);
  EXPECT_EQ(feed(counter, "47 01 00 25 b7 00"), Continuity::kContinues);
  EXPECT_EQ(feed(counter, "47 01 00 2b b7 00"), Continuity::kContinues);
  EXPECT_EQ(feed(counter, "47 01 00 16", 1), Continuity::kContinues);
}

TEST(ContinuityCounter, TakesAnAnnouncedDiscontinuity) {
  ContinuityCounter counter{};
  feed(counter, "47 01 00 15", 1);
  EXPECT_EQ(feed(counter, "47 01 00 3a 01 80", 1), Continuity::kContinues);
  EXPECT_EQ(feed(counter, "47 01 00 1b", 1), Continuity::kContinues);
}

}  // namespace
}  // namespace sluice::media
