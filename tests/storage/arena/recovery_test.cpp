#include <sys/mman.h>
#include <sys/wait.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <random>

#include "config/base/units.h"
#include "tests/storage/arena/arena_fixture.h"

namespace sluice::arena {
namespace {

using RecoveryTest = ArenaTest;

TEST_F(RecoveryTest, AFillingSegmentIsSealedAtItsLastCommitBySomebodyElse) {
  auto writer = open();
  const uint32_t entry = enter_seeded(*writer, "news");
  write_segment(*writer, entry, 376);
  SegmentWriter segment = writer->begin(entry);
  segment.record().start_pts = 4711;
  ASSERT_TRUE(segment.append(pattern(0, 2 * writer->chunk_bytes())));
  segment.commit(writer->chunk_bytes() + 188);
  writer.reset();  // what a kill leaves: the file as it is

  const auto successor = open();
  EXPECT_TRUE(successor->recovery().existed);
  EXPECT_EQ(successor->recovery().sealed_now.size(), 1U);
  EXPECT_EQ(successor->recovery().waiting, 2U);
  EXPECT_TRUE(successor->goes_on(entry));
  EXPECT_EQ(successor->chunks_free(), kChunks - 3);
  const auto sealed = attach()->take_sealed();
  ASSERT_EQ(sealed.size(), 2U);
  EXPECT_EQ(sealed[1].sequence, 1U);
  EXPECT_EQ(sealed[1].record.start_pts, 4711U);
  EXPECT_EQ(join(sealed[1].payload), pattern(0, 262072 + 188));
}

TEST_F(RecoveryTest, TwoThatAStreamWasFillingAreNumberedInTheOrderOfTime) {
  auto writer = open();
  const uint32_t entry = enter_seeded(*writer, "news");
  for (const int64_t start : {2'000'000'000, 1'000'000'000}) {
    SegmentWriter segment = writer->begin(entry);
    segment.record().start_utc_ns = start;
    ASSERT_TRUE(segment.append(pattern(0, 188)));
    segment.commit(188);
  }
  writer.reset();

  const auto successor = open();
  const auto sealed = attach()->take_sealed();
  ASSERT_EQ(sealed.size(), 2U);
  EXPECT_EQ(sealed[0].record.start_utc_ns, 1'000'000'000);
  EXPECT_EQ(sealed[1].record.start_utc_ns, 2'000'000'000);
}

TEST_F(RecoveryTest, ReleasedSegmentsAreFreeAgainAndSealedOnesWait) {
  auto writer = open();
  const uint32_t entry = enter_seeded(*writer, "news");
  write_segment(*writer, entry, 376);
  write_segment(*writer, entry, 188);
  ArenaReader* const reader = attach();
  reader->release(reader->take_sealed().at(0).handle);
  writer.reset();

  const auto successor = open();
  EXPECT_EQ(successor->recovery().waiting, 1U);
  EXPECT_EQ(successor->chunks_free(), kChunks - 1);
  EXPECT_EQ(attach()->take_sealed().at(0).sequence, 1U);
}

TEST_F(RecoveryTest, ANewControlSeesWhatTheOldOneHadTakenButNotReleased) {
  auto writer = open();
  const uint32_t entry = enter_seeded(*writer, "news");
  write_segment(*writer, entry, 376);
  EXPECT_EQ(attach()->take_sealed().size(), 1U);
  EXPECT_EQ(attach()->take_sealed().size(), 1U);
}

TEST_F(RecoveryTest, AnotherSizeIsANewFileAndTheOldOneDrains) {
  auto writer = open();
  const uint32_t entry = enter_seeded(*writer, "news", {5, 0, 5, 0});
  write_segment(*writer, entry, 376);
  writer.reset();

  const auto bigger = open(kChunks + 1);
  ASSERT_EQ(arena_files(folder_).size(), 2U);
  const auto old = ArenaReader::attach(arena_files(folder_).front()).value();
  EXPECT_FALSE(old->drained());
  const auto left = old->take_sealed();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_TRUE(old->release(left[0].handle));
  EXPECT_TRUE(old->drained());
  const uint32_t again = bigger->enter(stream_id("news"), "archive/news/").value();
  EXPECT_TRUE(bigger->seeded(again));
  write_segment(*bigger, again, 188);
  EXPECT_EQ(attach()->take_sealed().at(0).sequence, 6U) << "numbers go on";
}

TEST_F(RecoveryTest, AFileThatIsNoArenaIsLeftAloneAndANewOneMade) {
  { std::ofstream(folder_ / "arena-7") << "something else"; }
  EXPECT_FALSE(open()->recovery().existed);
  EXPECT_EQ(arena_files(folder_).back().filename(), "arena-8");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "arena-7"));
}

TEST_F(RecoveryTest, AnArenaLargerThanMemoryIsRefusedWithBothFigures) {
  constexpr uint64_t kSize = 1ULL << 50;
  const auto refused = ArenaWriter::open({folder_, kSize, 16});
  ASSERT_FALSE(refused);
  const std::string& message = refused.error().message;
  const std::string needed = "needs " + format_size(Layout::plan(kSize, 16).total_bytes);
  EXPECT_NE(message.find(needed), std::string::npos) << message;
  EXPECT_NE(message.find("only"), std::string::npos) << message;
  EXPECT_TRUE(std::filesystem::is_empty(folder_)) << "nothing is left behind";
}

/// What a child shares with its parent across its own death.
struct Diary {
  std::atomic<uint64_t>
      committed;  ///< bytes of the endless pattern that a commit call has returned for
};

/// Cuts the endless pattern into segments of odd sizes, with cuts recognised late, until it is
/// killed.
[[noreturn]] void write_for_ever(const std::filesystem::path& folder, Diary& diary) {
  auto writer = ArenaWriter::open({folder, 16ULL << 18, 16});
  if (!writer) {
    _exit(1);
  }
  const uint32_t entry = (*writer)->enter(stream_id("news"), "news/").value();
  uint64_t at = diary.committed.load();
  std::minstd_rand random(static_cast<unsigned>(at + 1));
  SegmentWriter segment;
  while (true) {
    (*writer)->reclaim();
    if (!segment) {
      segment = (*writer)->begin(entry);
    }
    const size_t n = 188 * (random() % 40 + 1);
    if (!segment || !segment.append(pattern(at, n))) {
      if (segment) {
        segment.seal();
      }
      continue;
    }
    at += n;
    if (segment.appended() > 150'000 + random() % 200'000) {
      const uint64_t offset = segment.appended() - n / 188 / 2 * 188;
      const uint64_t behind = segment.appended() - offset;
      segment.commit(offset);
      diary.committed.store(at - behind);
      SegmentWriter next = (*writer)->begin(entry);
      if (next && segment.split(offset, next)) {
        segment.seal();
        segment = std::move(next);
      } else {
        at -= behind;
        if (next) {
          next.seal();
        }
        segment.seal();
        continue;
      }
    }
    segment.commit(segment.appended());
    diary.committed.store(at);
  }
}

TEST_F(RecoveryTest, WhateverWasCommittedSurvivesKillsAtRandomInstants) {
  auto* diary = static_cast<Diary*>(
      mmap(nullptr, sizeof(Diary), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  { enter_seeded(*open(16), "news"); }
  std::vector<uint8_t> got;
  uint64_t next_sequence = 0;
  const auto drain = [&](ArenaReader& reader) {
    for (const SealedSegment& segment : reader.take_sealed()) {
      ASSERT_EQ(segment.sequence, next_sequence++);
      const auto bytes = join(segment.payload);
      got.insert(got.end(), bytes.begin(), bytes.end());
      ASSERT_TRUE(reader.release(segment.handle));
    }
  };
  std::minstd_rand random(1);
  for (int round = 0; round < 40; ++round) {
    // A successor starts again at the last commit that its predecessor knew of.
    diary->committed.store(got.size());
    const pid_t child = fork();
    if (child == 0) {
      write_for_ever(folder_, *diary);
    }
    ArenaReader* const reader = attach();
    const uint64_t goal = got.size() + random() % 3'000'000;
    while (diary->committed.load() < goal) {
      drain(*reader);
    }
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const uint64_t committed = diary->committed.load();
    { open(16); }
    drain(*reader);
    ASSERT_GE(got.size(), committed) << "round " << round;
    ASSERT_EQ(got, pattern(0, got.size())) << "round " << round;
    ASSERT_EQ(open(16)->chunks_free(), 16U) << "no chunk leaks";
  }
  munmap(diary, sizeof(Diary));
}

}  // namespace
}  // namespace sluice::arena
