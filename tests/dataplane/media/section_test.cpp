#include "dataplane/media/section.h"

#include <gtest/gtest.h>

#include <random>

#include "dataplane/media/crc32.h"
#include "dataplane/media/program_tables.h"
#include "tests/dataplane/media/hex_bytes.h"

namespace sluice::media {
namespace {

// As ffmpeg 5.1 writes them: one programme, PMT on PID 0x1000; H.264 on 0x100, AAC on 0x101.
const std::string kPat = "00 b0 0d 00 01 c1 00 00 00 01 f0 00 2a b1 04 b2";
const std::string kPmt =
    "02 b0 1d 00 01 c1 00 00 e1 00 f0 00 1b e1 00 f0 00 0f e1 01 f0 06 0a 04 75 6e 64 00 08 7d e8 "
    "77";

std::vector<uint8_t> join(std::initializer_list<std::vector<uint8_t>> parts) {
  std::vector<uint8_t> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

struct Found {
  std::vector<std::vector<uint8_t>> sections;
  std::vector<bool> began_here;
  void operator()(const Section& section, bool here) {
    sections.emplace_back(section.bytes().begin(), section.bytes().end());
    began_here.push_back(here);
  }
};

/// A sound section of `size` bytes.
std::vector<uint8_t> section_of(size_t size, uint8_t fill = 0x55) {
  std::vector<uint8_t> bytes(size, fill);
  bytes[0] = 0x02;
  bytes[1] = static_cast<uint8_t>(0xb0 | (size - 3) >> 8);
  bytes[2] = static_cast<uint8_t>(size - 3);
  const uint32_t crc = crc32_mpeg(Bytes(bytes).first(size - 4));
  for (size_t i = 0; i < 4; ++i) bytes[size - 4 + i] = static_cast<uint8_t>(crc >> (24 - 8 * i));
  return bytes;
}

TEST(Crc32, GivesTheCheckValueOfCrc32Mpeg2) {
  EXPECT_EQ(crc32_mpeg(as_bytes("123456789")), 0x0376e6e7U);
}

TEST(Section, HasARightCrcOrIsNone) {
  auto bytes = from_hex(kPat);
  EXPECT_TRUE(Section::is_valid(bytes));
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] ^= 1;
    EXPECT_FALSE(Section::is_valid(bytes)) << i;
    bytes[i] ^= 1;
  }
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Section::is_valid(Bytes(bytes).first(size))) << size;
  }
}

TEST(SectionAssembler, FindsASectionInOnePacketAndStopsAtTheStuffing) {
  SectionAssembler assembler;
  Found found;
  assembler.push(join({{0}, from_hex(kPat), {0xff, 0xff, 0x00}}), true, found);
  ASSERT_EQ(found.sections.size(), 1U);
  EXPECT_EQ(found.sections[0], from_hex(kPat));
  EXPECT_TRUE(found.began_here[0]);
}

TEST(SectionAssembler, FindsSeveralSectionsInOnePacket) {
  SectionAssembler assembler;
  Found found;
  assembler.push(join({{0}, from_hex(kPmt), from_hex(kPat), {0xff}}), true, found);
  ASSERT_EQ(found.sections.size(), 2U);
  EXPECT_EQ(found.sections[1], from_hex(kPat));
}

TEST(SectionAssembler, PutsASectionTogetherWhateverThePieces) {
  const auto section = section_of(1024);
  for (const size_t piece : {1U, 2U, 3U, 7U, 183U, 184U, 1024U}) {
    SectionAssembler assembler;
    Found found;
    bool first = true;
    for (size_t at = 0; at < section.size(); at += piece) {
      const std::vector<uint8_t> part(
          section.begin() + static_cast<long>(at),
          section.begin() + static_cast<long>(std::min(at + piece, section.size())));
      assembler.push(first ? join({{0}, part}) : part, first, found);
      first = false;
    }
    ASSERT_EQ(found.sections.size(), 1U) << piece;
    EXPECT_EQ(found.sections[0], section);
    EXPECT_EQ(found.began_here[0], piece == 1024);
  }
}

TEST(SectionAssembler, EndsOneSectionBeforeThePointerAndBeginsTheNextBehindIt) {
  const auto one = section_of(200);
  const auto two = section_of(60, 0x33);
  SectionAssembler assembler;
  Found found;
  assembler.push(join({{0}, {one.begin(), one.begin() + 183}}), true, found);
  EXPECT_TRUE(found.sections.empty());
  assembler.push(join({{17}, {one.begin() + 183, one.end()}, two, {0xff}}), true, found);
  ASSERT_EQ(found.sections.size(), 2U);
  EXPECT_EQ(found.sections[0], one);
  EXPECT_EQ(found.sections[1], two);
  EXPECT_EQ(found.began_here, (std::vector<bool>{false, true}));
}

TEST(SectionAssembler, WaitsForAUnitStartAfterALoss) {
  const auto section = section_of(300);
  SectionAssembler assembler;
  Found found;
  assembler.push(join({{0}, {section.begin(), section.begin() + 183}}), true, found);
  assembler.reset();
  assembler.push({section.data() + 183, 117}, false, found);
  EXPECT_TRUE(found.sections.empty());
  assembler.push(join({{0}, from_hex(kPat)}), true, found);
  EXPECT_EQ(found.sections.size(), 1U);
}

TEST(SectionAssembler, FindsNoSectionThatBeginsWithoutAUnitStart) {
  SectionAssembler assembler;
  Found found;
  assembler.push(from_hex(kPat), false, found);
  EXPECT_TRUE(found.sections.empty());
  assembler.push(join({{0}, from_hex(kPat)}), true, found);
  assembler.push(from_hex(kPmt), false, found);
  EXPECT_EQ(found.sections.size(), 1U);
}

TEST(SectionAssembler, PassesOverWhatIsDamagedTooLongOrPointsOutside) {
  SectionAssembler assembler;
  Found found;
  auto wrong = from_hex(kPat);
  wrong[9] ^= 1;
  assembler.push(join({{0}, wrong, from_hex(kPmt)}), true, found);
  EXPECT_EQ(found.sections.size(), 1U);
  assembler.push(join({{0}, {0x02, 0xbf, 0xff}, std::vector<uint8_t>(180, 0)}), true, found);
  assembler.push(join({{200}, from_hex(kPat)}), true, found);
  assembler.push({}, true, found);
  EXPECT_EQ(found.sections.size(), 1U);
  assembler.push(join({{0}, from_hex(kPat)}), true, found);
  EXPECT_EQ(found.sections.size(), 2U);
}

TEST(Pat, NamesProgrammesAndLeavesOutTheNetwork) {
  const auto bytes = from_hex(kPat);
  const Pat pat{Section(bytes)};
  EXPECT_EQ(pat.transport_stream_id(), 1);
  std::vector<std::pair<uint16_t, uint16_t>> programs;
  pat.for_each_program([&](uint16_t number, uint16_t pid) { programs.emplace_back(number, pid); });
  EXPECT_EQ(programs, (std::vector<std::pair<uint16_t, uint16_t>>{{1, 0x1000}}));

  const auto network = from_hex("00 b0 11 00 01 c1 00 00 00 00 e0 10 00 02 e1 00 00 00 00 00");
  size_t count = 0;
  Pat(Section(network)).for_each_program([&](uint16_t number, uint16_t) {
    ++count;
    EXPECT_EQ(number, 2);
  });
  EXPECT_EQ(count, 1U);
}

TEST(Pmt, NamesItsStreamsAndTheirCodecs) {
  const auto bytes = from_hex(kPmt);
  ASSERT_TRUE(Section::is_valid(bytes));
  const Pmt pmt{Section(bytes)};
  EXPECT_EQ(pmt.program_number(), 1);
  EXPECT_EQ(pmt.pcr_pid(), 0x100);
  std::vector<std::pair<uint16_t, Codec>> streams;
  pmt.for_each_stream([&](const ElementaryStream& s) { streams.emplace_back(s.pid, s.codec()); });
  EXPECT_EQ(streams,
            (std::vector<std::pair<uint16_t, Codec>>{{0x100, Codec::kH264}, {0x101, Codec::kAac}}));
}

TEST(Pmt, StopsWhereALengthLeadsOutside) {
  for (const char* text : {"02 b0 12 00 01 c1 00 00 e1 00 ff ff 1b e1 00 f0 00 00 00 00 00",
                           "02 b0 12 00 01 c1 00 00 e1 00 f0 00 1b e1 00 f0 01 00 00 00 00",
                           "02 b0 0d 00 01 c1 00 00 e1 00 f0 00 00 00 00 00"}) {
    const auto bytes = from_hex(text);
    Pmt(Section(bytes)).for_each_stream([&](const ElementaryStream&) { ADD_FAILURE() << text; });
  }
}

TEST(ElementaryStream, IsToldApartByDescriptorsWhereTheTypeIsPrivate) {
  struct Case {
    uint8_t type;
    const char* descriptors;
    Codec codec;
  };
  for (const Case& c : {Case{0x06, "6a 01 00", Codec::kAc3}, Case{0x06, "7a 00", Codec::kEac3},
                        Case{0x06, "52 01 05 05 04 41 43 2d 33", Codec::kAc3},
                        Case{0x06, "05 04 48 45 56 43", Codec::kHevc},
                        Case{0x06, "59 08 65 6e 67 10 00 01 00 02", Codec::kOther},
                        Case{0x06, "6a ff", Codec::kOther}, Case{0x24, "", Codec::kHevc},
                        Case{0x02, "", Codec::kMpeg2Video}, Case{0x81, "", Codec::kAc3},
                        Case{0x86, "", Codec::kOther}, Case{0x11, "", Codec::kLatmAac}}) {
    const auto descriptors = from_hex(c.descriptors);
    const ElementaryStream stream{c.type, 0x100, descriptors};
    EXPECT_EQ(stream.codec(), c.codec) << int{c.type} << " " << c.descriptors;
  }
  EXPECT_FALSE((ElementaryStream{0x86, 0x100, {}}.is_pes()));
  EXPECT_TRUE((ElementaryStream{0x1b, 0x100, {}}.is_pes()));
}

TEST(SectionAssembler, SurvivesRandomPayloads) {
  std::mt19937 random(7);
  SectionAssembler assembler;
  Found found;
  for (int i = 0; i < 20'000; ++i) {
    std::vector<uint8_t> payload(random() % 185);
    for (auto& byte : payload) byte = static_cast<uint8_t>(random());
    assembler.push(payload, random() % 2 == 0, found);
  }
  EXPECT_TRUE(found.sections.empty());
}

}  // namespace
}  // namespace sluice::media
