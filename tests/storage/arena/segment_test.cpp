#include "tests/storage/arena/arena_fixture.h"

namespace sluice::arena {
namespace {

using SegmentTest = ArenaTest;

TEST_F(SegmentTest, WhatGoesInInOddPiecesComesOutWhole) {
  auto writer = open();
  const uint32_t entry = enter_seeded(*writer, "news");
  ArenaReader* const reader = attach();
  const std::vector<uint8_t> sent = pattern(0, 3 * writer->chunk_bytes() + 777);
  SegmentWriter segment = writer->begin(entry);
  for (size_t at = 0, step = 1; at < sent.size(); step = step * 7 % 4099 + 1) {
    const size_t n = std::min(step, sent.size() - at);
    ASSERT_TRUE(segment.append({sent.data() + at, n}));
    at += n;
  }
  segment.commit(segment.appended());
  EXPECT_TRUE(reader->take_sealed().empty()) << "nothing is control's before it is sealed";
  segment.seal();
  EXPECT_FALSE(segment);
  const auto sealed = reader->take_sealed();
  ASSERT_EQ(sealed.size(), 1U);
  EXPECT_EQ(join(sealed[0].payload), sent);
  EXPECT_EQ(sealed[0].bytes, sent.size());
  EXPECT_EQ(sealed[0].payload.size(), 4U);
  EXPECT_TRUE(reader->take_sealed().empty()) << "each segment is handed out once";
}

TEST_F(SegmentTest, BytesThatWereNotCommittedAreLeftOut) {
  auto writer = open();
  const uint32_t entry = enter_seeded(*writer, "news");
  SegmentWriter segment = writer->begin(entry);
  ASSERT_TRUE(segment.append(pattern(0, 2 * writer->chunk_bytes())));
  segment.commit(1000);
  segment.seal();
  const auto sealed = attach()->take_sealed();
  ASSERT_EQ(sealed.size(), 1U);
  EXPECT_EQ(join(sealed[0].payload), pattern(0, 1000));
  EXPECT_EQ(writer->chunks_free(), kChunks - 1) << "the chunk behind the last byte is free again";
}

TEST_F(SegmentTest, AnEmptySegmentIsGivenBackWithoutANumber) {
  auto writer = open();
  const uint32_t entry = enter_seeded(*writer, "news");
  writer->begin(entry).seal();
  EXPECT_EQ(writer->chunks_free(), kChunks);
  write_segment(*writer, entry, 188);
  const auto sealed = attach()->take_sealed();
  ASSERT_EQ(sealed.size(), 1U);
  EXPECT_EQ(sealed[0].sequence, 0U);
}

TEST_F(SegmentTest, AFullArenaRefusesWholePiecesAndLosesNothingThatItTook) {
  auto writer = open(2);
  const uint32_t entry = enter_seeded(*writer, "news");
  ArenaReader* const reader = attach();
  SegmentWriter segment = writer->begin(entry);
  ASSERT_TRUE(segment.append(pattern(0, writer->chunk_bytes() + 100)));
  EXPECT_FALSE(segment.append(pattern(0, writer->chunk_bytes())));
  EXPECT_FALSE(writer->begin(entry)) << "no chunk is left for another segment";
  ASSERT_TRUE(segment.append(pattern(writer->chunk_bytes() + 100, 50)));
  segment.commit(segment.appended());
  segment.seal();
  const auto sealed = reader->take_sealed();
  ASSERT_EQ(sealed.size(), 1U);
  EXPECT_EQ(join(sealed[0].payload), pattern(0, writer->chunk_bytes() + 150));
  ASSERT_TRUE(reader->release(sealed[0].handle));
  EXPECT_EQ(writer->chunks_free(), 0U) << "the dataplane takes it back when it looks";
  EXPECT_EQ(writer->reclaim(), 1U);
  EXPECT_EQ(writer->chunks_free(), 2U);
}

TEST_F(SegmentTest, ASegmentIsReleasedOnceAndOnlyUnderItsOwnGeneration) {
  auto writer = open(1);
  const uint32_t entry = enter_seeded(*writer, "news");
  ArenaReader* const reader = attach();
  write_segment(*writer, entry, 188);
  const SegmentHandle first = reader->take_sealed().at(0).handle;
  EXPECT_TRUE(reader->release(first));
  EXPECT_FALSE(reader->release(first));
  writer->reclaim();
  write_segment(*writer, entry, 188);
  EXPECT_FALSE(reader->release(first)) << "another segment lies in its chunk now";
  const SegmentHandle second = reader->take_sealed().at(0).handle;
  EXPECT_NE(first, second);
  EXPECT_TRUE(reader->release(second));
}

struct Split {
  size_t bytes;
  size_t offset;
};

class SegmentSplitTest : public ArenaTest, public testing::WithParamInterface<Split> {};

TEST_P(SegmentSplitTest, MovesWhatStandsBehindTheCutToTheNextSegment) {
  const auto [bytes, offset] = GetParam();
  auto writer = open();
  const uint32_t entry = enter_seeded(*writer, "news");
  SegmentWriter first = writer->begin(entry);
  ASSERT_TRUE(first.append(pattern(0, bytes)));
  first.commit(offset);
  SegmentWriter second = writer->begin(entry);
  ASSERT_TRUE(second.append(pattern(1'000'000, 376)));
  ASSERT_TRUE(first.split(offset, second));
  EXPECT_EQ(first.appended(), offset);
  ASSERT_TRUE(second.append(pattern(bytes, 500)));
  second.commit(second.appended());
  first.seal();
  second.seal();
  ArenaReader* const reader = attach();
  const auto sealed = reader->take_sealed();
  ASSERT_EQ(sealed.size(), 2U);
  EXPECT_EQ(join(sealed[0].payload), pattern(0, offset));
  std::vector<uint8_t> expected = pattern(1'000'000, 376);
  const auto tail = pattern(offset, bytes - offset + 500);
  expected.insert(expected.end(), tail.begin(), tail.end());
  EXPECT_EQ(join(sealed[1].payload), expected);
  reader->release(sealed[0].handle);
  reader->release(sealed[1].handle);
  EXPECT_EQ(writer->reclaim(), 2U);
  EXPECT_EQ(writer->chunks_free(), kChunks) << "no chunk leaks";
}

constexpr size_t kChunk = 262144 / 188 * 188;
INSTANTIATE_TEST_SUITE_P(AtEachKindOfPlace, SegmentSplitTest,
                         testing::Values(Split{1000, 188}, Split{kChunk, 188},
                                         Split{kChunk, kChunk}, Split{kChunk + 188, kChunk},
                                         Split{2 * kChunk, kChunk}, Split{3 * kChunk + 5, 100},
                                         Split{2 * kChunk + 9, kChunk - 1},
                                         Split{3 * kChunk, 3 * kChunk - 1}));

TEST_F(SegmentTest, ASplitThatFindsNoRoomMovesNothing) {
  auto writer = open(3);
  const uint32_t entry = enter_seeded(*writer, "news");
  SegmentWriter first = writer->begin(entry);
  ASSERT_TRUE(first.append(pattern(0, 2 * kChunk)));
  SegmentWriter second = writer->begin(entry);
  EXPECT_FALSE(first.split(100, second));
  EXPECT_EQ(first.appended(), 2 * kChunk);
  first.commit(first.appended());
  first.seal();
  EXPECT_EQ(join(attach()->take_sealed().at(0).payload), pattern(0, 2 * kChunk));
}

}  // namespace
}  // namespace sluice::arena
