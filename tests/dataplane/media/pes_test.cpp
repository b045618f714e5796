#include "dataplane/media/pes.h"

#include <gtest/gtest.h>

#include "tests/dataplane/media/hex_bytes.h"

namespace sluice::media {
namespace {

TEST(PesHeader, ReadsPtsAndDtsOf33Bits) {
  // PTS 0x1ffffffff, DTS 0x155555555: '0011' 111 1 1111… and '0001' 101 1 …
  const auto bytes = from_hex("00 00 01 e0 00 00 80 c0 0a 3f ff ff ff ff 1b 55 55 aa ab");
  const auto header = PesHeader::read(bytes);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->stream_id, 0xe0);
  EXPECT_EQ(header->pts, 0x1ffffffffU);
  EXPECT_EQ(header->dts, uint64_t{5} << 30 | uint64_t{0x5555 >> 1} << 15 | 0xaaab >> 1);
  EXPECT_EQ(header->decode_time(), header->dts);
  EXPECT_EQ(header->size, 19U);
}

TEST(PesHeader, DecodesAtThePtsWhereNoDtsWasSent) {
  // As ffmpeg writes PTS 126000
  const auto header = PesHeader::read(from_hex("00 00 01 e0 00 00 80 80 05 21 00 07 d8 61 00"));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->pts, 126000U);
  EXPECT_FALSE(header->dts);
  EXPECT_EQ(header->decode_time(), 126000U);
  EXPECT_EQ(header->size, 14U);
}

TEST(PesHeader, KnowsStreamsWithoutOptionalHeader) {
  const auto header = PesHeader::read(from_hex("00 00 01 bf 00 04 de ad be ef"));
  ASSERT_TRUE(header);
  EXPECT_FALSE(header->pts);
  EXPECT_EQ(header->size, 6U);
}

TEST(PesHeader, RefusesWhatIsTornOrNoPes) {
  const auto whole = from_hex("00 00 01 e0 00 00 80 c0 0a 31 00 07 d8 61 11 00 07 d8 61");
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(PesHeader::read(Bytes(whole).first(size))) << size;
  }
  EXPECT_TRUE(PesHeader::read(whole));
  EXPECT_FALSE(PesHeader::read(from_hex("00 00 02 e0 00 00 80 00 00")));
  EXPECT_FALSE(PesHeader::read(from_hex("00 00 01 e0 00 00 40 00 00")));  // not '10'
  EXPECT_FALSE(PesHeader::read(from_hex("00 00 01 e0 00 00 80 80 04 21 00 07 d8 61")));
}

TEST(PesHeader, MayEndInALaterPacket) {
  const auto header = PesHeader::read(from_hex("00 00 01 e0 00 00 80 00 ff"));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->size, 9U + 255);
}

TEST(PesHeader, TellsThatThePayloadIsScrambled) {
  EXPECT_TRUE(PesHeader::read(from_hex("00 00 01 e0 00 00 a0 00 00"))->scrambled);
  EXPECT_FALSE(PesHeader::read(from_hex("00 00 01 e0 00 00 80 00 00"))->scrambled);
}

}  // namespace
}  // namespace sluice::media
