#include "dataplane/segment/arena_output.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/dataplane/segment/fixture.h"
#include "tests/storage/arena/arena_fixture.h"

namespace sluice::segment {
namespace {

using arena::Discontinuity;
using arena::Drop;
using namespace std::chrono_literals;

class ArenaOutputTest : public arena::ArenaTest {
 protected:
  static std::vector<uint8_t> stream(unsigned seconds) {
    TsBuilder ts;
    for (unsigned i = 0; i < seconds * 25; ++i) {
      if (i % 25 == 0) ts.tables();
      ts.picture(i * kFrame, i % 25 == 0 ? TsBuilder::kIdr : TsBuilder::kSlice, 20'000);
    }
    return ts.bytes();
  }
};

TEST_F(ArenaOutputTest, LeavesInTheArenaWhatWentIntoTheSegmenter) {
  const auto bytes = stream(10);
  const auto writer = open(64);
  const uint32_t entry = enter_seeded(*writer, "news");
  ArenaOutput output(*writer, entry);
  arena::StreamStats stats{};
  {
    Segmenter segmenter(spec_of(2s, 10s), output, stats);
    for (Bytes rest(bytes); !rest.empty();) {
      const Bytes datagram = rest.first(std::min<size_t>(1316, rest.size()));
      segmenter.push(datagram, kEpoch);
      segmenter.commit();
      rest = rest.subspan(datagram.size());
    }
    segmenter.finish();
  }
  arena::ArenaReader* reader = attach();
  std::vector<uint8_t> all;
  uint64_t sequence = 0;
  for (const auto& sealed : reader->take_sealed()) {
    EXPECT_EQ(sealed.record.start_pts, sequence * 2 * kSecond);
    EXPECT_EQ(sealed.record.duration_90k, 2 * kSecond);
    EXPECT_EQ(sealed.sequence, sequence++);
    const auto payload = arena::join(sealed.payload);
    EXPECT_EQ(payload.size(), sealed.record.ts_packets * 188);
    all.insert(all.end(), payload.begin(), payload.end());
  }
  EXPECT_EQ(sequence, 5U);
  EXPECT_EQ(all, bytes);
}

TEST_F(ArenaOutputTest, GoesOnWhenAFullArenaHasRoomAgainAndAccountsForAll) {
  const auto bytes = stream(20);
  const auto writer = open(8);
  const uint32_t entry = enter_seeded(*writer, "news");
  ArenaOutput output(*writer, entry);
  arena::StreamStats stats{};
  Segmenter segmenter(spec_of(1s, 10s), output, stats);
  arena::ArenaReader* reader = attach();
  std::mt19937 random(4);
  uint64_t packets = 0;
  uint64_t datagrams = 0;
  bool marked = false;
  const auto drain = [&] {
    for (const auto& sealed : reader->take_sealed()) {
      packets += sealed.record.ts_packets;
      datagrams += sealed.record.datagrams;
      marked |= sealed.record.discontinuity.has(Discontinuity::kLoss);
      EXPECT_EQ(arena::join(sealed.payload).size(), sealed.record.ts_packets * 188);
      reader->release(sealed.handle);
    }
    writer->reclaim();
  };
  for (Bytes rest(bytes); !rest.empty();) {
    const Bytes datagram = rest.first(std::min<size_t>(1316, rest.size()));
    segmenter.push(datagram, kEpoch);
    segmenter.commit();
    if (random() % 2000 == 0) drain();
    rest = rest.subspan(datagram.size());
  }
  segmenter.finish();
  drain();
  const uint64_t dropped = stats.drops.by_reason[static_cast<size_t>(Drop::kArenaFull)].get();
  EXPECT_GT(dropped, 0U);
  EXPECT_TRUE(marked);
  EXPECT_EQ(stats.received.get(), stats.committed.get() + dropped);
  EXPECT_EQ(datagrams, stats.committed.get());
  EXPECT_GE(packets + 7, stats.committed.get() * 7);
}

}  // namespace
}  // namespace sluice::segment
