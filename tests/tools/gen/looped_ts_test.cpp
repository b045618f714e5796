#include "tools/gen/looped_ts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/gen/made_channel.h"

namespace sluice::gen {
namespace {

using testing::HasSubstr;

constexpr size_t kPacket = 188;

LoopedTs looped(uint64_t bitrate = 0) {
  return LoopedTs::make(made_channel(1'000'000), bitrate).value();
}

std::vector<uint8_t> render(const LoopedTs& ts, size_t first, size_t count,
                            const LoopedTs::Shift& shift) {
  std::vector<uint8_t> out(count * kPacket);
  ts.render(first, shift, out);
  return out;
}

TEST(LoopedTs, RendersTheSamePacketsWhateverTheDatagramsSize) {
  const LoopedTs ts = looped();
  const LoopedTs::Shift shift{.loop = 3, .ticks = 12'345, .channel = 42};
  const auto whole = render(ts, 0, ts.packets(), shift);
  for (const size_t step : {size_t{1}, size_t{2}, size_t{7}, size_t{47}}) {
    std::vector<uint8_t> pieces;
    for (size_t at = 0; at < ts.packets(); at += step) {
      const auto piece = render(ts, at, std::min(step, ts.packets() - at), shift);
      pieces.insert(pieces.end(), piece.begin(), piece.end());
    }
    EXPECT_EQ(whole, pieces);
  }
}

TEST(LoopedTs, TakesTwoSecondsForTwoSecondsOfMedia) {
  EXPECT_EQ(2'000'000'000U, looped().loop_ns());
}

TEST(LoopedTs, NeverSendsAPacketBeforeTheOneInFrontOfIt) {
  const LoopedTs ts = looped();
  for (size_t i = 1; i < ts.packets(); ++i) {
    EXPECT_LE(ts.due_ns(i - 1), ts.due_ns(i));
  }
  EXPECT_LT(ts.due_ns(ts.packets() - 1), ts.loop_ns());
}

TEST(LoopedTs, KeepsAConstantRateWhereOneIsGiven) {
  const LoopedTs ts = looped(8 * kPacket * 1000);  // a packet each millisecond
  EXPECT_EQ(0U, ts.due_ns(0));
  EXPECT_EQ(17'000'000U, ts.due_ns(17));
}

TEST(LoopedTs, SaysWhereSyncIsMissing) {
  std::vector<uint8_t> bytes = made_channel(1'000'000);
  bytes[5 * kPacket] = 0;
  const auto ts = LoopedTs::make(std::move(bytes), 0);
  ASSERT_FALSE(ts);
  EXPECT_THAT(ts.error().message, HasSubstr("byte 940"));
}

TEST(LoopedTs, AsksForABitrateWhereNoClockPacesIt) {
  std::vector<uint8_t> nulls(10 * kPacket, 0xff);
  for (size_t i = 0; i < 10; ++i) {
    nulls[i * kPacket] = 0x47;
    nulls[i * kPacket + 1] = 0x1f;
    nulls[i * kPacket + 3] = 0x10;
  }
  const auto ts = LoopedTs::make(nulls, 0);
  ASSERT_FALSE(ts);
  EXPECT_THAT(ts.error().message, HasSubstr("--bitrate"));
  EXPECT_TRUE(LoopedTs::make(nulls, 1'000'000));
}

}  // namespace
}  // namespace sluice::gen
