#include "dataplane/media/video_header.h"

#include <gtest/gtest.h>

#include "dataplane/media/stream_info.h"
#include "tests/dataplane/media/hex_bytes.h"

namespace sluice::media {
namespace {

// Headers as x264, x265 and ffmpeg's MPEG-2 encoder wrote them, and what ffprobe says of them.
TEST(VideoHeader, ReadsAnH264SequenceParameterSet) {
  const auto header = read_video_header(
      Codec::kH264, from_hex("00 00 00 01 09 f0 00 00 00 01 67 4d 40 1e ec a0 50 17 fc b8 08 80 00 "
                             "00 03 00 80 00 00 19 07 8b 16 cb 00 00 00 01 68 ce 0f c8"));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->codec, "avc1.4d401e");
  EXPECT_EQ(header->width, 640U);
  EXPECT_EQ(header->height, 360U);  // 368 coded, cropped
  EXPECT_DOUBLE_EQ(header->frame_rate, 25);
}

TEST(VideoHeader, ReadsAnHevcSequenceParameterSet) {
  const auto header = read_video_header(
      Codec::kHevc,
      from_hex(
          "00 00 01 40 01 0c 01 ff ff 01 60 00 00 03 00 90 00 00 03 00 00 03 00 78 95 94 09 00 "
          "00 00 01 42 01 01 01 60 00 00 03 00 90 00 00 03 00 00 03 00 78 a0 03 c0 80 11 07 cb "
          "96 56 54 a4 c2 f0 16 80 80 00 01 f4 80 00 3a 98 04"));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->codec, "hvc1.1.6.L120.90");
  EXPECT_EQ(header->width, 1920U);
  EXPECT_EQ(header->height, 1080U);
}

TEST(VideoHeader, ReadsAnMpeg2SequenceHeader) {
  const auto header = read_video_header(
      Codec::kMpeg2Video, from_hex("00 00 01 b3 2d 02 40 13 ff ff e0 18 00 00 01 b5 14 8a 00 01 00 "
                                   "00 00 00 01 b8 00 08 00 40"));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->codec, "mp4v.61");
  EXPECT_EQ(header->width, 720U);
  EXPECT_EQ(header->height, 576U);
  EXPECT_DOUBLE_EQ(header->frame_rate, 25);
}

TEST(VideoHeader, SaysNothingOfTornHeaders) {
  const auto sps = from_hex(
      "00 00 00 01 67 4d 40 1e ec a0 50 17 fc b8 08 80 00 00 03 00 80 00 00 19 07 8b 16 cb");
  for (size_t size = 0; size < 13; ++size) {
    EXPECT_FALSE(read_video_header(Codec::kH264, Bytes(sps).first(size))) << size;
  }
}

TEST(StreamInfo, IsEmptyForBytesThatAreNoTs) {
  const std::vector<uint8_t> junk(5000, 0x47);
  for (const Bytes bytes : {Bytes(), Bytes(junk), Bytes(junk).first(100)}) {
    const StreamInfo info = read_stream_info(bytes);
    EXPECT_FALSE(info.has_video);
    EXPECT_FALSE(info.has_audio);
    EXPECT_EQ(info.codecs_attribute(), "");
  }
}

}  // namespace
}  // namespace sluice::media
