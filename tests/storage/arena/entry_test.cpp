#include <set>

#include "tests/storage/arena/arena_fixture.h"

namespace sluice::arena {
namespace {

/// The fixture's arena has room for 16 streams.
class Entries : public ArenaTest {
 protected:
  static StreamId name(int i) { return stream_id("s" + std::to_string(i)); }
};

TEST_F(Entries, AreFoundAgainAndKeepTheirNumbers) {
  auto writer = open();
  const uint32_t entry = *writer->enter(name(1), "p/");
  attach()->seed(name(1), {.next_sequence = 7});
  writer->leave(entry);
  EXPECT_EQ(*writer->enter(name(1), "p/"), entry);
  EXPECT_TRUE(writer->seeded(entry));
  EXPECT_TRUE(writer->goes_on(entry));
}

TEST_F(Entries, OfStreamsThatLeftAreUsedAnew) {
  auto writer = open();
  ArenaReader* control = attach();
  for (int i = 0; i < 500; ++i) {
    const auto entry = writer->enter(name(i), "p/");
    ASSERT_TRUE(entry) << i;
    ASSERT_EQ(control->unseeded(), std::vector{name(i)}) << i;
    control->seed(name(i), {.next_sequence = 1000 + static_cast<uint64_t>(i)});
    ASSERT_TRUE(writer->seeded(*entry));
    writer->leave(*entry);
  }
  // Whoever returns after that many is told anew where its numbers go on.
  const uint32_t again = *writer->enter(name(3), "p/");
  EXPECT_FALSE(writer->seeded(again));
}

TEST_F(Entries, ThatAreInUseOrAboutToBeSeededAreLeftAlone) {
  auto writer = open();
  std::set<uint32_t> used;
  for (int i = 0; i < 16; ++i) {
    used.insert(*writer->enter(name(i), "p/"));
  }
  EXPECT_EQ(used.size(), 16U);
  const auto one_more = writer->enter(name(99), "p/");
  ASSERT_FALSE(one_more);
  EXPECT_EQ(one_more.error().next, Next::kRetry);
  const uint32_t fifth = *writer->enter(name(5), "p/");
  writer->leave(fifth);
  EXPECT_FALSE(writer->enter(name(99), "p/"));  // control may be writing its numbers
  attach()->seed(name(5), {});
  EXPECT_EQ(*writer->enter(name(99), "p/"), fifth);
}

TEST_F(Entries, OfAStreamWhoseSegmentsStillWaitCanBeUsedAnew) {
  auto writer = open();
  ArenaReader* control = attach();
  const auto entry = *writer->enter(name(0), "old/");
  control->seed(name(0), {});
  SegmentWriter segment = writer->begin(entry);
  segment.append(pattern(0, 188));
  segment.commit(188);
  segment.seal();
  writer->leave(entry);
  for (int i = 1; i < 17; ++i) {
    ASSERT_TRUE(writer->enter(name(i), "new/"));
    control->seed(name(i), {});
  }
  const auto waiting = control->take_sealed();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].stream, "s0");
  EXPECT_EQ(waiting[0].key_prefix, "old/");
  // Nor does a restart mistake that segment for one of the entry's new owner.
  writer.reset();
  writer = open();
  const uint32_t owner = *writer->enter(name(16), "new/");
  EXPECT_EQ(owner, entry);
  EXPECT_FALSE(writer->goes_on(owner));
}

TEST_F(Entries, AnArenaOfAnotherSizeGoesOnWhereThereIsNoMemoryForANewOne) {
  open().reset();
  const uint64_t old_size = kChunks * 256ULL * 1024;
  const ArenaSpec spec{
      .folder = folder_, .size = 1ULL << 50, .stream_capacity = 16, .least = old_size};
  const auto kept = ArenaWriter::open(spec);
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ((*kept)->chunk_count(), kChunks);
  EXPECT_NE((*kept)->recovery().kept_for_want_of_memory, "");
  ArenaSpec larger = spec;
  larger.least = old_size + 1;
  EXPECT_FALSE(ArenaWriter::open(larger));
}

}  // namespace
}  // namespace sluice::arena
