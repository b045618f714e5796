#include "dataplane/segment/rtp_window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "tests/dataplane/segment/fixture.h"

namespace sluice::segment {
namespace {

using arena::Drop;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr int64_t kMs = 1'000'000;

/// Pushes packets whose payload is their sequence number, and keeps what is passed on.
struct Window {
  auto keep() {
    return [this](Bytes payload, int64_t arrival_ns, uint32_t lost) {
      order.push_back(payload[0] << 8 | payload[1]);
      arrivals.push_back(arrival_ns / kMs);
      missing += lost;
    };
  }
  std::optional<Drop> push(uint16_t sequence, int64_t at_ms = 0, uint32_t ssrc = 1,
                           size_t size = 2) {
    std::vector<uint8_t> payload(size);
    payload[0] = static_cast<uint8_t>(sequence >> 8);
    payload[1] = static_cast<uint8_t>(sequence);
    return window.take({.sequence = sequence, .ssrc = ssrc, .payload = payload}, at_ms * kMs,
                       keep());
  }
  RtpWindow window;
  std::vector<int> order;
  std::vector<int64_t> arrivals;
  uint32_t missing = 0;
};

TEST(RtpWindow, PassesOnWhatIsInOrderAndWhatWasOvertakenOnceItComes) {
  Window w;
  for (const uint16_t sequence : {65'534, 65'535, 2, 1, 0, 3}) {
    EXPECT_EQ(w.push(sequence, sequence % 10), std::nullopt);
  }
  EXPECT_THAT(w.order, ElementsAre(65'534, 65'535, 0, 1, 2, 3));
  EXPECT_THAT(w.arrivals, ElementsAre(4, 5, 0, 1, 2, 3));  // each keeps its own time
  EXPECT_EQ(w.missing, 0U);
  EXPECT_TRUE(w.window.empty());
}

TEST(RtpWindow, DropsDuplicatesOfWhatWasPassedOnAndOfWhatWaits) {
  Window w;
  w.push(10);
  EXPECT_EQ(w.push(10), Drop::kDuplicate);
  EXPECT_EQ(w.push(12), std::nullopt);
  EXPECT_EQ(w.push(12), Drop::kDuplicate);
  EXPECT_EQ(w.push(11), std::nullopt);
  EXPECT_EQ(w.push(11), Drop::kDuplicate);
  EXPECT_EQ(w.push(12), Drop::kDuplicate);
  EXPECT_THAT(w.order, ElementsAre(10, 11, 12));
}

TEST(RtpWindow, GivesUpWhatHasNotComeIn100Ms) {
  Window w;
  w.push(10, 0);
  w.push(12, 10);
  w.push(14, 60);
  w.push(15, 105);
  EXPECT_THAT(w.order, ElementsAre(10));
  w.push(16, 115);  // 12 has waited for 105 ms, 14 for 55
  EXPECT_THAT(w.order, ElementsAre(10, 12));
  EXPECT_EQ(w.missing, 1U);
  EXPECT_EQ(w.push(11, 116), Drop::kLate);
  EXPECT_EQ(w.push(11, 117), Drop::kDuplicate);
  w.window.expire(170 * kMs, w.keep());
  EXPECT_THAT(w.order, ElementsAre(10, 12, 14, 15, 16));
  EXPECT_EQ(w.missing, 2U);
}

TEST(RtpWindow, GivesUpWhatIs64PacketsBehind) {
  Window w;
  w.push(0);
  for (uint16_t sequence = 2; sequence < 65; ++sequence) w.push(sequence);
  EXPECT_THAT(w.order, ElementsAre(0));
  w.push(65);
  EXPECT_EQ(w.order.size(), 65U);
  EXPECT_EQ(w.missing, 1U);
}

TEST(RtpWindow, CountsAHoleThatIsLongerThanTheWindow) {
  Window w;
  w.push(0);
  w.push(501);
  w.window.flush(w.keep());
  EXPECT_THAT(w.order, ElementsAre(0, 501));
  EXPECT_EQ(w.missing, 500U);
}

TEST(RtpWindow, LetsNoPayloadWaitThatDoesNotFit) {
  Window w;
  w.push(0);
  w.push(2);
  w.push(5, 0, 1, RtpWindow::kMaxPayload + 1);
  EXPECT_THAT(w.order, ElementsAre(0, 2, 5));
  EXPECT_EQ(w.missing, 3U);
}

TEST(RtpWindow, StartsAnewWithAnotherSenderOrAfterTwoPacketsFarAway) {
  Window w;
  const std::vector<uint8_t> none;
  w.push(100);
  EXPECT_EQ(w.push(40'000), Drop::kLate);
  EXPECT_EQ(w.push(101), std::nullopt);
  EXPECT_EQ(w.push(40'000), Drop::kLate);
  EXPECT_TRUE(w.window.is_new_source({.sequence = 40'001, .ssrc = 1, .payload = none}));
  EXPECT_EQ(w.push(40'001), std::nullopt);
  EXPECT_EQ(w.push(40'002), std::nullopt);
  EXPECT_TRUE(w.window.is_new_source({.sequence = 40'003, .ssrc = 2, .payload = none}));
  EXPECT_EQ(w.push(7, 0, 2), std::nullopt);
  EXPECT_THAT(w.order, ElementsAre(100, 101, 40'001, 40'002, 7));
  EXPECT_EQ(w.missing, 0U);
}

/// However packets are swapped within the window, doubled or lost: each is passed on once, in
/// order, or counted once.
TEST(RtpWindow, PassesOnEachPacketOnceInOrderOrCountsIt) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::pair<unsigned, uint16_t>> sent;  // when, which
    std::vector<int> expected;
    const auto first = static_cast<uint16_t>(random());
    sent.emplace_back(0, first);
    expected.push_back(first);
    for (unsigned i = 1; i < 500; ++i) {
      const auto sequence = static_cast<uint16_t>(first + i);
      if (i < 499 && random() % 20 == 0) continue;
      expected.push_back(sequence);
      sent.emplace_back(i * 4 + 1 + random() % 100, sequence);
      if (random() % 10 == 0) sent.emplace_back(i * 4 + 1 + random() % 100, sequence);
    }
    std::sort(sent.begin(), sent.end());
    Window w;
    size_t duplicates = 0;
    for (const auto& [at, sequence] : sent) {
      const auto dropped = w.push(sequence, at / 64);
      EXPECT_EQ(dropped.value_or(Drop::kDuplicate), Drop::kDuplicate);
      duplicates += dropped.has_value();
    }
    w.window.flush(w.keep());
    ASSERT_EQ(w.order, expected) << "seed " << seed;
    EXPECT_EQ(duplicates, sent.size() - expected.size());
    EXPECT_EQ(w.missing, 500 - expected.size());
  }
}

/// The stream as RTP, seven packets each.
std::vector<std::vector<uint8_t>> as_rtp(Bytes stream, uint32_t ssrc = 1, uint16_t sequence = 0) {
  std::vector<std::vector<uint8_t>> datagrams;
  for (; !stream.empty(); stream = stream.subspan(std::min<size_t>(stream.size(), 7 * 188))) {
    std::vector<uint8_t> datagram{0x80, 33};
    for (const uint32_t byte : {uint32_t{sequence} >> 8, uint32_t{sequence}, 0U, 0U, 0U, 0U,
                                ssrc >> 24, ssrc >> 16, ssrc >> 8, ssrc}) {
      datagram.push_back(static_cast<uint8_t>(byte));
    }
    const Bytes packets = stream.first(std::min<size_t>(stream.size(), 7 * 188));
    datagram.insert(datagram.end(), packets.begin(), packets.end());
    datagrams.push_back(std::move(datagram));
    ++sequence;
  }
  return datagrams;
}

TEST(SegmenterOverRtp, ArchivesReorderedAndDuplicatedPacketsAsTheyWereSent) {
  TsBuilder ts;
  add_video(ts, 0, 10, 50);
  auto datagrams = as_rtp(ts.bytes());
  for (size_t i = 1; i + 4 < datagrams.size(); i += 9) {
    std::swap(datagrams[i], datagrams[i + 3]);
    datagrams.insert(datagrams.begin() + static_cast<long>(i), datagrams[i - 1]);
  }
  Bench bench(spec_of(2s, 10s));
  for (const auto& datagram : datagrams) {
    bench.segmenter.push(datagram, bench.now += kMs);
    bench.segmenter.commit();
  }
  bench.segmenter.finish();
  EXPECT_EQ(bench.output.joined(), ts.bytes());
  EXPECT_EQ(bench.stats.cc_errors.get(), 0U);
  EXPECT_GT(bench.dropped(Drop::kDuplicate), 0U);
  EXPECT_EQ(bench.stats.received.get(), bench.stats.committed.get() + bench.drops());
  for (const auto& s : bench.output.segments) EXPECT_TRUE(s.record.discontinuity.empty());
}

TEST(SegmenterOverRtp, TakesWhatWaitsWhenNothingMoreComes) {
  TsBuilder ts;
  add_video(ts, 0, 1, 50);
  const auto datagrams = as_rtp(ts.bytes());
  Bench bench(spec_of(2s, 10s));
  bench.segmenter.push(datagrams[0], bench.now);
  bench.segmenter.push(datagrams[2], bench.now);
  bench.segmenter.commit();
  EXPECT_EQ(bench.stats.committed.get(), 1U);
  bench.segmenter.tick(bench.now + 101 * kMs);
  EXPECT_EQ(bench.stats.committed.get(), 2U);
  EXPECT_EQ(bench.stats.rtp_lost.get(), 1U);
}

TEST(SegmenterOverRtp, MarksAnotherSenderAsASwitchOfTheSource) {
  TsBuilder one;
  TsBuilder two;
  add_video(one, 0, 2, 25);
  add_video(two, 2 * kSecond, 3, 25);
  Bench bench(spec_of(60s, 60s));
  for (const auto& datagram : as_rtp(one.bytes(), 1, 100)) bench.segmenter.push(datagram, kEpoch);
  for (const auto& datagram : as_rtp(two.bytes(), 2, 9)) bench.segmenter.push(datagram, kEpoch);
  bench.segmenter.finish();
  EXPECT_THAT(bench.starts(), ElementsAre(0, 2 * kSecond));
  EXPECT_TRUE(
      bench.output.segments[1].record.discontinuity.has(arena::Discontinuity::kSourceSwitch));
  EXPECT_EQ(bench.stats.rtp_lost.get(), 0U);
}

}  // namespace
}  // namespace sluice::segment
