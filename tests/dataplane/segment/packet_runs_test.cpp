#include "dataplane/segment/packet_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/dataplane/segment/fixture.h"

namespace sluice::segment {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

/// Packets that name themselves and hold sync bytes wherever they can.
std::vector<uint8_t> packets(size_t count) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < count; ++i) {
    std::vector<uint8_t> packet(188, static_cast<uint8_t>(i % 5 == 0 ? 0x47 : i));
    packet[0] = 0x47;
    packet[1] = packet[3] = 0x11;
    packet[2] = static_cast<uint8_t>(i >> 8 & 0x3f);
    packet[4] = static_cast<uint8_t>(i);
    bytes.insert(bytes.end(), packet.begin(), packet.end());
  }
  return bytes;
}

struct Collected {
  std::vector<uint8_t> bytes;
  size_t sync_losses = 0;
};

/// What comes out for datagrams of these sizes, in turn.
Collected collect(Bytes stream, const std::vector<size_t>& sizes) {
  Collected out;
  PacketRuns runs;
  for (size_t i = 0; !stream.empty(); ++i) {
    const size_t n = std::min(sizes[i % sizes.size()], stream.size());
    // A copy of its own, for the sanitizer to see a read beyond it.
    const std::vector<uint8_t> datagram(stream.begin(), stream.begin() + static_cast<long>(n));
    const auto found = runs.take(datagram, [&](const uint8_t* begin, const uint8_t* end) {
      out.bytes.insert(out.bytes.end(), begin, end);
      return true;
    });
    out.sync_losses += found.sync_losses;
    stream = stream.subspan(n);
  }
  return out;
}

TEST(PacketRuns, PassesOnWholeDatagramsInPlace) {
  const auto sent = packets(14);
  PacketRuns runs;
  std::vector<const uint8_t*> places;
  runs.take(sent, [&](const uint8_t* begin, const uint8_t* end) {
    places = {begin, end};
    return true;
  });
  EXPECT_THAT(places, ElementsAre(sent.data(), sent.data() + sent.size()));
}

TEST(PacketRuns, PutsPacketsTogetherThatTheBorderOfDatagramsCutsInTwo) {
  const auto sent = packets(400);
  for (const size_t size : {1472, 1400, 1000, 701, 300, 189}) {
    const Collected got = collect(sent, {size});
    EXPECT_EQ(got.bytes, sent) << size;
    EXPECT_EQ(got.sync_losses, 0U) << size;
  }
  EXPECT_EQ(collect(sent, {1472, 1316, 999, 188 * 3}).bytes, sent);
}

TEST(PacketRuns, LosesOnlyTheTornPacketsAroundALostDatagram) {
  const auto sent = packets(80);
  PacketRuns runs;
  std::vector<int> got;
  for (size_t i = 0; i < 10; ++i) {
    if (i == 4) continue;  // bytes 5888 to 7360: packets 32 to 38 whole, 31 and 39 in part
    runs.take(Bytes(sent).subspan(i * 1472, 1472), [&](const uint8_t* begin, const uint8_t* end) {
      for (; begin != end; begin += 188) got.push_back(begin[4]);
      return true;
    });
  }
  std::vector<int> expected;
  for (int i = 0; i < 78; ++i) {
    if (i < 31 || i > 39) expected.push_back(i);
  }
  EXPECT_EQ(got, expected);
}

TEST(PacketRuns, TakesPacketsWithTimeStampsInFrontOrProtectionBehind) {
  const auto sent = packets(7);
  std::vector<uint8_t> timed;
  std::vector<uint8_t> guarded;
  for (size_t i = 0; i < 7; ++i) {
    const Bytes packet = Bytes(sent).subspan(i * 188, 188);
    timed.insert(timed.end(), {1, 2, 3, 4});
    timed.insert(timed.end(), packet.begin(), packet.end());
    guarded.insert(guarded.end(), packet.begin(), packet.end());
    guarded.insert(guarded.end(), 16, 0x99);
  }
  EXPECT_EQ(collect(timed, {timed.size()}).bytes, sent);
  EXPECT_EQ(collect(guarded, {guarded.size()}).bytes, sent);
}

TEST(PacketRuns, LosesNoPacketForTheSakeOfABrokenNeighbour) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    auto sent = packets(70);
    std::vector<uint8_t> expected;
    for (size_t i = 0; i < 70; ++i) {
      const bool breaks = random() % 4 == 0;
      if (breaks) sent[i * 188] = static_cast<uint8_t>(random() % 0x47);
      const Bytes packet = Bytes(sent).subspan(i * 188, 188);
      // Of a datagram with a single good one, nobody can say that it is no chance.
      if (!breaks) expected.insert(expected.end(), packet.begin(), packet.end());
    }
    EXPECT_EQ(collect(sent, {10 * 188}).bytes, expected) << "seed " << seed;
  }
}

TEST(PacketRuns, FindsSyncBehindBytesThatWereInsertedOrLost) {
  const auto all = packets(10);
  std::vector<uint8_t> inserted(all);
  inserted.insert(inserted.begin() + 3 * 188, {0x47, 1, 2, 3, 4});
  EXPECT_EQ(collect(inserted, {inserted.size()}).bytes, all);
  std::vector<uint8_t> shortened(all);
  shortened.erase(shortened.begin() + 3 * 188 + 50, shortened.begin() + 3 * 188 + 90);
  std::vector<uint8_t> expected(all);
  expected.erase(expected.begin() + 3 * 188, expected.begin() + 4 * 188);
  EXPECT_EQ(collect(shortened, {shortened.size()}).bytes, expected);
}

TEST(PacketRuns, TakesChanceForNoPacket) {
  std::mt19937 random(1);
  size_t found = 0;
  for (unsigned i = 0; i < 2000; ++i) {
    std::vector<uint8_t> noise(1316 + i % 60);
    for (uint8_t& byte : noise) byte = static_cast<uint8_t>(random());
    found += collect(noise, {noise.size()}).bytes.empty() ? 0 : 1;
  }
  EXPECT_LT(found, 20U);
}

TEST(Segmenter, TakesAByteStreamInDatagramsOfAnySize) {
  TsBuilder ts;
  add_video(ts, 0, 4, 25);
  Bench bench(spec_of(2s, 10s));
  bench.run(ts.bytes(), 1472);
  EXPECT_EQ(bench.output.joined(), ts.bytes());
  EXPECT_EQ(bench.stats.sync_losses.get(), 0U);
  EXPECT_EQ(bench.stats.received.get(), bench.stats.committed.get());
}

}  // namespace
}  // namespace sluice::segment
