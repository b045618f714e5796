#include "dataplane/media/access_point.h"

#include <gtest/gtest.h>

#include "tests/dataplane/media/hex_bytes.h"

namespace sluice::media {
namespace {

struct Case {
  const char* what;
  Codec codec;
  std::string bytes;
  Access access;
};

const std::string kAud = "00 00 00 01 09 f0 ";
const std::string kSpsPps = "00 00 00 01 67 4d 40 1e 00 00 00 01 68 ce 0f c8 ";
const std::string kIdr = "00 00 01 65 88 84 00";
const std::string kSlice = "00 00 01 41 9a 24 6c";
const std::string kRecoverySei = "00 00 01 06 06 01 c4 80 ";

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases{
      {"an IDR behind AUD and parameter sets", Codec::kH264, kAud + kSpsPps + kIdr, Access::kIdr},
      {"an IDR without AUD", Codec::kH264, kSpsPps + kIdr, Access::kIdr},
      {"a slice", Codec::kH264, kAud + kSlice, Access::kNone},
      {"a slice behind parameter sets", Codec::kH264, kAud + kSpsPps + kSlice, Access::kNone},
      {"a recovery point", Codec::kH264, kAud + kRecoverySei + kSlice, Access::kRecoveryPoint},
      {"a recovery point that is the second message of its SEI", Codec::kH264,
       kAud + "00 00 01 06 01 02 aa bb 06 01 c4 80 " + kSlice, Access::kRecoveryPoint},
      {"a 6 that is the size of another message", Codec::kH264,
       kAud + "00 00 01 06 01 06 06 01 06 01 06 01 80 " + kSlice, Access::kNone},
      {"a long message in front, with emulation prevention in it", Codec::kH264,
       kAud + "00 00 01 06 05 05 00 00 03 00 00 03 01 06 01 c4 80 " + kSlice,
       Access::kRecoveryPoint},
      {"an SEI payload type of two bytes, 261", Codec::kH264,
       kAud + "00 00 01 06 ff 06 01 c4 80 " + kSlice, Access::kNone},
      {"an IDR behind a recovery point", Codec::kH264, kAud + kRecoverySei + kIdr, Access::kIdr},
      {"an HEVC IDR_W_RADL", Codec::kHevc, "00 00 00 01 46 01 50 00 00 01 26 01 af", Access::kIrap},
      {"an HEVC CRA", Codec::kHevc, "00 00 00 01 46 01 50 00 00 01 2a 01 af", Access::kIrap},
      {"an HEVC BLA behind parameter sets", Codec::kHevc,
       "00 00 01 40 01 0c 00 00 01 42 01 01 00 00 01 44 01 c0 00 00 01 20 01 af", Access::kIrap},
      {"an HEVC TRAIL_R", Codec::kHevc, "00 00 01 46 01 50 00 00 01 02 01 d0", Access::kNone},
      {"an HEVC RASL_N", Codec::kHevc, "00 00 01 10 01 d0", Access::kNone},
      {"an HEVC reserved type 22", Codec::kHevc, "00 00 01 2c 01 d0", Access::kNone},
      {"an MPEG-2 I picture behind sequence header and GOP", Codec::kMpeg2Video,
       "00 00 01 b3 2d 02 40 13 ff ff e0 18 00 00 01 b5 14 8a 00 01 00 00 00 00 01 b8 00 08 00 40 "
       "00 00 01 00 00 0f ff f8",
       Access::kIPicture},
      {"an MPEG-2 I picture without sequence header", Codec::kMpeg2Video, "00 00 01 00 00 0f ff f8",
       Access::kNone},
      {"an MPEG-2 P picture behind a sequence header", Codec::kMpeg2Video,
       "00 00 01 b3 2d 02 40 13 ff ff e0 18 00 00 01 00 00 57 ff f8", Access::kNone},
      {"the rest of an MPEG-2 picture and then an I picture", Codec::kMpeg2Video,
       "12 34 00 00 01 02 2b f9 00 00 01 b3 2d 02 40 13 ff ff e0 18 00 00 01 00 00 0f ff f8",
       Access::kIPicture},
      {"the second field of an MPEG-2 picture", Codec::kMpeg2Video,
       "00 00 01 00 00 0f ff f8 00 00 01 b5 82 0f fe c1 80", Access::kNone},
      {"a later slice of an IDR and then a slice", Codec::kH264,
       "00 00 01 65 21 84 00 00 00 01 65 11 84 00 " + kAud + kSlice, Access::kNone},
      {"a later slice segment of an HEVC picture and then a CRA", Codec::kHevc,
       "00 00 01 02 01 50 22 00 00 01 46 01 50 00 00 01 2a 01 af", Access::kIrap},
      {"the second field of an H.264 IDR picture", Codec::kH264, kAud + "00 00 01 01 88 84 21",
       Access::kNone},
  };
  return kCases;
}

TEST(AccessPointScanner, DecidesAtTheFirstPicture) {
  for (const Case& c : cases()) {
    AccessPointScanner scanner;
    scanner.reset(c.codec);
    EXPECT_EQ(scanner.feed(from_hex(c.bytes)), c.access) << c.what;
  }
}

TEST(AccessPointScanner, DecidesTheSameWhereverThePiecesAreTorn) {
  for (const Case& c : cases()) {
    const auto bytes = from_hex(c.bytes);
    for (size_t first = 0; first <= bytes.size(); ++first) {
      for (size_t second = first; second <= bytes.size(); ++second) {
        AccessPointScanner scanner;
        scanner.reset(c.codec);
        scanner.feed(Bytes(bytes).first(first));
        scanner.feed(Bytes(bytes).subspan(first, second - first));
        scanner.feed(Bytes(bytes).subspan(second));
        ASSERT_EQ(scanner.result(), c.access) << c.what << " torn at " << first << ", " << second;
      }
    }
  }
}

TEST(AccessPointScanner, StaysUndecidedUntilAPictureComes) {
  AccessPointScanner scanner;
  scanner.reset(Codec::kH264);
  EXPECT_EQ(scanner.feed(from_hex(kAud + kSpsPps)), Access::kUndecided);
  EXPECT_EQ(scanner.feed(from_hex("00 00 01")), Access::kUndecided);
  EXPECT_EQ(scanner.feed(from_hex("65")), Access::kUndecided);  // the slice may be a later one
  EXPECT_EQ(scanner.feed(from_hex("88")), Access::kIdr);
  EXPECT_EQ(scanner.feed(from_hex(kSlice)), Access::kIdr);
}

TEST(AccessPointScanner, TellsOtherParametersByTheirFingerprint) {
  const auto fingerprint = [](Codec codec, const std::string& bytes, size_t piece) {
    AccessPointScanner scanner;
    scanner.reset(codec);
    const auto all = from_hex(bytes);
    for (size_t at = 0; at < all.size(); at += piece) {
      scanner.feed(Bytes(all).subspan(at, std::min(piece, all.size() - at)));
    }
    return scanner.parameters();
  };
  const std::string other = "00 00 00 01 67 4d 40 1f 00 00 00 01 68 ce 0f c8 ";
  const uint32_t one = fingerprint(Codec::kH264, kAud + kSpsPps + kIdr, 100);
  EXPECT_NE(one, 0U);
  EXPECT_EQ(fingerprint(Codec::kH264, kAud + kSpsPps + kIdr, 1), one);
  EXPECT_EQ(fingerprint(Codec::kH264, kSpsPps + kRecoverySei + kSlice, 3), one);
  EXPECT_EQ(fingerprint(Codec::kH264, kAud + kSpsPps + other + kIdr, 5), one);
  EXPECT_NE(fingerprint(Codec::kH264, kAud + other + kIdr, 100), one);
  EXPECT_EQ(fingerprint(Codec::kH264, kAud + kIdr, 100), 0U);
  // The bit rate of MPEG-2 may vary from one sequence header to the next, the size may not.
  const std::string i_picture = "00 00 01 00 00 0f ff f8";
  const uint32_t sd =
      fingerprint(Codec::kMpeg2Video, "00 00 01 b3 2d 02 40 13 ff ff e0 18 " + i_picture, 9);
  EXPECT_EQ(fingerprint(Codec::kMpeg2Video, "00 00 01 b3 2d 02 40 13 0f f3 e0 18 " + i_picture, 9),
            sd);
  EXPECT_NE(fingerprint(Codec::kMpeg2Video, "00 00 01 b3 2d 02 20 13 ff ff e0 18 " + i_picture, 9),
            sd);
}

TEST(AccessPointScanner, GivesUpWhereNoPictureComes) {
  AccessPointScanner scanner;
  scanner.reset(Codec::kHevc);
  const std::vector<uint8_t> zeros(1024);
  for (size_t i = 0; i < 32; ++i) EXPECT_EQ(scanner.feed(zeros), Access::kUndecided);
  EXPECT_EQ(scanner.feed(zeros), Access::kNone);
}

}  // namespace
}  // namespace sluice::media
