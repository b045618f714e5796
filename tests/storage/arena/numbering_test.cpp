#include "config/base/utc.h"
#include "storage/arena/hole.h"
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

TEST_F(NumberingTest, AHoleLongerThanASegmentTakesTheNumbersOfThoseThatAreAbsent) {
  auto writer = open();
  const uint32_t entry = enter_seeded(*writer, "news");
  const auto write = [&](std::string_view start, DiscontinuitySet reasons = {}) {
    SegmentWriter segment = writer->begin(entry);
    segment.record().start_utc_ns = at(start);
    segment.record().duration_90k = 6 * 90'000;
    segment.record().target_90k = 6 * 90'000;
    segment.record().discontinuity = reasons;
    segment.append(pattern(0, 188));
    segment.commit(segment.appended());
    segment.seal();
  };
  DiscontinuitySet stepped;
  stepped.add(Discontinuity::kClockStep);
  write("2025-01-16T06:00:00Z");
  write("2025-01-16T06:00:11.5Z");  // 5.5 s after the end of the one before
  write("2025-01-16T06:00:37.5Z");  // 20 s: four of at most 6 s
  write("2025-01-16T06:10:00Z", stepped);
  write("2025-01-16T09:00:00Z");  // away, not a hole
  std::vector<uint64_t> sequences;
  std::vector<uint32_t> absent;
  for (const SealedSegment& segment : attach()->take_sealed()) {
    sequences.push_back(segment.sequence);
    absent.push_back(segment.record.absent_segments);
    EXPECT_EQ(segment.number_in_hour, segment.sequence == 8 ? 0 : absent.size() - 1);
    if (segment.record.absent_segments == 0) continue;
    const Hole hole{segment.record.hole_ns, segment.record.absent_segments};
    const SegmentRecord first = absent_segment(segment.record, hole, 0);
    const SegmentRecord last = absent_segment(segment.record, hole, 3);
    EXPECT_EQ(first.start_utc_ns, at("2025-01-16T06:00:17.5Z"));
    EXPECT_EQ(first.duration_90k, 5U * 90'000);
    EXPECT_EQ(media_end_ns(last), segment.record.start_utc_ns);
    EXPECT_EQ(absent_key(segment, first, 2),
              "archive/news/2025/01/16/06/absent_20250116-060017__2.ts");
  }
  EXPECT_EQ(sequences, (std::vector<uint64_t>{0, 1, 6, 7, 8}));
  EXPECT_EQ(absent, (std::vector<uint32_t>{0, 0, 4, 0, 0}));
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
