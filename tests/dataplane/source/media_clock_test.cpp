#include "dataplane/source/media_clock.h"

#include <gtest/gtest.h>

#include <array>

namespace sluice::source {
namespace {

using Packet = std::array<uint8_t, 188>;

Packet plain() {
  Packet packet{0x47, 0x01, 0x00, 0x10};
  return packet;
}

/// A packet of an adaptation field with a PCR (ISO 13818-1, 2.4.3.4).
Packet with_pcr(uint64_t ticks, uint16_t pid = 0x100, bool discontinuity = false) {
  const uint64_t base = ticks / 300 % (1ULL << 33);
  const uint64_t extension = ticks % 300;
  return {0x47,
          static_cast<uint8_t>(pid >> 8),
          static_cast<uint8_t>(pid),
          0x20,
          183,
          static_cast<uint8_t>(discontinuity ? 0x90 : 0x10),
          static_cast<uint8_t>(base >> 25),
          static_cast<uint8_t>(base >> 17),
          static_cast<uint8_t>(base >> 9),
          static_cast<uint8_t>(base >> 1),
          static_cast<uint8_t>(base << 7 | extension >> 8),
          static_cast<uint8_t>(extension)};
}

constexpr uint64_t kTicksPerMs = 27'000;
constexpr int64_t kMs = 1'000'000;

/// Passes PCRs 40 ms apart with nine packets between two. @return the time at the last of them
int64_t pass_pcrs(MediaClock& clock, uint64_t first_tick, int count) {
  int64_t shown = 0;
  for (int i = 0; i < count; ++i) {
    clock.pass(with_pcr(first_tick + static_cast<uint64_t>(i) * 40 * kTicksPerMs));
    for (int j = 0; j < 9; ++j) {
      shown = clock.pass(plain());
    }
  }
  return shown;
}

TEST(MediaClock, GoesWithThePcrAndEvenlyBetween) {
  MediaClock clock;
  // Ten packets take 40 ms: the last of 400 is at 399 x 4 ms.
  EXPECT_NEAR(static_cast<double>(pass_pcrs(clock, 12345, 40)), 1596.0 * kMs, 1000.0);
}

TEST(MediaClock, PassesTheWrapOf33Bits) {
  MediaClock clock;
  const uint64_t before_wrap = (1ULL << 33) * 300 - 20 * 40 * kTicksPerMs;
  EXPECT_NEAR(static_cast<double>(pass_pcrs(clock, before_wrap, 40)), 1596.0 * kMs, 1000.0);
}

TEST(MediaClock, DoesNotJumpWithThePcr) {
  for (const uint64_t jump : {uint64_t{0}, 5'000'000 * kTicksPerMs}) {
    MediaClock clock;
    const int64_t before = pass_pcrs(clock, 1'000'000 * kTicksPerMs, 10);
    const int64_t after = pass_pcrs(clock, jump, 10);
    EXPECT_NEAR(static_cast<double>(after - before), 400.0 * kMs, 1000.0);
  }
}

TEST(MediaClock, ListensToOnePidOnly) {
  MediaClock clock;
  clock.pass(with_pcr(0));
  clock.pass(with_pcr(999 * kTicksPerMs, 0x200));
  clock.pass(with_pcr(40 * kTicksPerMs));
  EXPECT_EQ(clock.pass(plain()), 60 * kMs);  // two packets took 40 ms, so the third ended at 60
}

TEST(MediaClock, StandsStillWithoutPcr) {
  MediaClock clock;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(clock.pass(plain()), 0);
  }
}

}  // namespace
}  // namespace sluice::source
