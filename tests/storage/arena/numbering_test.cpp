#include "config/base/utc.h"
#include "tests/storage/arena/arena_fixture.h"

namespace sluice::arena {
namespace {

using NumberingTest = ArenaTest;

int64_t at(std::string_view time) {
  return to_ns(parse_rfc3339(time).value());
}

std::vector<std::string> keys(ArenaReader& reader) {
  std::vector<std::string> out;
  for (const SealedSegment& segment : reader.take_sealed()) {
    out.push_back(std::to_string(segment.sequence) + " " + segment_key(segment));
  }
  return out;
}

TEST_F(NumberingTest, NumbersRunThroughAndStartAfreshWithinEachHour) {
  auto writer = open();
  const uint32_t entry = enter_seeded(*writer, "news");
  write_segment(*writer, entry, 188, at("2025-01-16T06:59:48Z"));
  write_segment(*writer, entry, 188, at("2025-01-16T06:59:54.9Z"));
  write_segment(*writer, entry, 188, at("2025-01-16T07:00:00Z"));
  write_segment(*writer, entry, 188, at("2025-01-16T07:00:06Z"));
  EXPECT_EQ(keys(*attach()), (std::vector<std::string>{
                                 "0 archive/news/2025/01/16/06/segment_20250116-065948__0000.ts",
                                 "1 archive/news/2025/01/16/06/segment_20250116-065954__0001.ts",
                                 "2 archive/news/2025/01/16/07/segment_20250116-070000__0000.ts",
                                 "3 archive/news/2025/01/16/07/segment_20250116-070006__0001.ts"}));
}

TEST_F(NumberingTest, GoesOnWhereTheCatalogSaysTheArchiveEnds) {
  auto writer = open();
  const uint32_t entry = enter_seeded(
      *writer, "news", {42, at("2025-01-16T07:00:00Z"), 7, at("2025-01-16T07:00:36Z")});
  write_segment(*writer, entry, 188, at("2025-01-16T07:30:00Z"));
  EXPECT_EQ(keys(*attach()), std::vector<std::string>{
                                 "42 archive/news/2025/01/16/07/segment_20250116-073000__0007.ts"});
}

TEST_F(NumberingTest, NamesNeverGoBackInTime) {
  auto writer = open();
  const uint32_t entry = enter_seeded(*writer, "news");
  write_segment(*writer, entry, 188, at("2025-01-16T07:00:00Z"));
  write_segment(*writer, entry, 188, at("2025-01-16T06:00:00Z"));
  EXPECT_EQ(keys(*attach()).at(1), "1 archive/news/2025/01/16/07/segment_20250116-070000__0001.ts");
}

TEST_F(NumberingTest, NoSegmentIsOpenedBeforeControlHasSeededItsStream) {
  auto writer = open();
  const uint32_t entry = writer->enter(stream_id("news"), "news/").value();
  ArenaReader* const reader = attach();
  EXPECT_FALSE(writer->seeded(entry));
  EXPECT_FALSE(writer->begin(entry));
  EXPECT_EQ(reader->unseeded(), std::vector<StreamId>{stream_id("news")});
  EXPECT_TRUE(reader->unseeded().empty()) << "asked once";
  reader->seed(stream_id("news"), {});
  EXPECT_TRUE(writer->seeded(entry));
  EXPECT_TRUE(writer->begin(entry));
}

TEST_F(NumberingTest, AStreamEnteredAgainKeepsItsEntryAndItsNumbers) {
  auto writer = open();
  const uint32_t entry = enter_seeded(*writer, "news");
  enter_seeded(*writer, "sport");
  write_segment(*writer, entry, 188);
  EXPECT_EQ(writer->enter(stream_id("news"), "other/prefix/").value(), entry);
  write_segment(*writer, entry, 188);
  const auto sealed = attach()->take_sealed();
  EXPECT_EQ(sealed.at(1).sequence, 1U);
  EXPECT_EQ(sealed.at(0).key_prefix, "archive/news/") << "a sealed segment keeps the key it had";
  EXPECT_EQ(sealed.at(1).key_prefix, "other/prefix/");
}

TEST_F(NumberingTest, OneStreamTooManyIsRefusedByName) {
  auto writer = open();
  for (int i = 0; i < 16; ++i) {
    ASSERT_TRUE(writer->enter(stream_id("s" + std::to_string(i)), ""));
  }
  const auto refused = writer->enter(stream_id("one-more"), "");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("one-more"), std::string::npos);
}

}  // namespace
}  // namespace sluice::arena
