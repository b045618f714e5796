#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataplane/segment/arrival_clock.h"
#include "dataplane/segment/jump_detector.h"
#include "tests/dataplane/segment/fixture.h"

namespace sluice::segment {
namespace {

using arena::Cut;
using arena::Discontinuity;
using testing::ElementsAre;
using namespace std::chrono_literals;

arena::DiscontinuitySet only(Discontinuity reason) {
  arena::DiscontinuitySet set;
  set.add(reason);
  return set;
}

std::vector<uint32_t> reasons(const Bench& bench) {
  std::vector<uint32_t> bits;
  for (const auto& s : bench.output.segments) bits.push_back(s.record.discontinuity.bits());
  return bits;
}

const uint32_t kLoss = only(Discontinuity::kLoss).bits();
const uint32_t kJump = only(Discontinuity::kTimestampJump).bits();

TEST(Loss, WithinASegmentIsCountedThereAndMarksTheNext) {
  TsBuilder ts;
  add_video(ts, 0, 1, 50);
  ts.lose(TsBuilder::kVideoPid);
  for (unsigned i = 25; i < 50; ++i) ts.slice(i * kFrame);
  add_video(ts, 2 * kSecond, 4, 50);
  Bench bench(spec_of(2s, 10s));
  bench.run(ts.bytes());
  EXPECT_THAT(reasons(bench), ElementsAre(0, kLoss, 0));
  EXPECT_EQ(bench.output.segments[0].record.cc_errors, 1U);
  EXPECT_EQ(bench.output.segments[1].record.cc_errors, 0U);
  EXPECT_EQ(bench.stats.cc_errors.get(), 1U);
}

TEST(Loss, AtTheHeadOfASegmentMarksThatSegment) {
  for (const uint16_t pid : {TsBuilder::kVideoPid, TsBuilder::kAudioPid}) {
    TsBuilder ts;
    add_video(ts, 0, 2, 50);
    ts.lose(pid);  // audio: its first packet in the segment comes behind the access point
    add_video(ts, 2 * kSecond, 4, 50);
    Bench bench(spec_of(2s, 10s));
    bench.run(ts.bytes());
    EXPECT_THAT(reasons(bench), ElementsAre(0, kLoss, 0));
    EXPECT_EQ(bench.output.segments[1].record.cc_errors, 1U);
  }
}

TEST(Loss, ThatIsToldFromOutsideMarksTheNextSegment) {
  TsBuilder ts;
  add_video(ts, 0, 4, 50);
  Bench bench(spec_of(2s, 10s));
  bench.push(Bytes(ts.bytes()).first(188 * 21));
  bench.segmenter.lost(5);
  bench.run(Bytes(ts.bytes()).subspan(188 * 21));
  EXPECT_THAT(reasons(bench), ElementsAre(0, kLoss));
  EXPECT_EQ(bench.output.segments[0].record.lost_datagrams, 5U);
}

TEST(Jumps, CutAtTheNextAccessPointWhateverItsSlot) {
  TsBuilder ts;
  add_video(ts, 60 * kSecond, 2, 50);
  add_video(ts, 3 * kSecond, 2, 50);
  Bench bench(spec_of(600s, 600s));
  bench.run(ts.bytes());
  EXPECT_THAT(bench.starts(), ElementsAre(60 * kSecond, 3 * kSecond));
  EXPECT_THAT(reasons(bench), ElementsAre(0, kJump));
  EXPECT_EQ(bench.output.segments[0].record.duration_90k, 2 * kSecond);
  EXPECT_EQ(bench.output.segments[1].record.duration_90k, 2 * kSecond);
}

TEST(Jumps, CutByForceWhereNoAccessPointComes) {
  TsBuilder ts;
  add_video(ts, 60 * kSecond, 2, 50);
  for (unsigned i = 0; i < 25; ++i) ts.slice(3 * kSecond + i * kFrame);
  add_video(ts, 4 * kSecond, 2, 50);
  Bench bench(spec_of(600s, 600s));
  bench.run(ts.bytes());
  EXPECT_THAT(bench.cuts(), ElementsAre(Cut::kIdr, Cut::kForced, Cut::kIdr));
  EXPECT_THAT(bench.starts(), ElementsAre(60 * kSecond, 3 * kSecond, 4 * kSecond));
  EXPECT_EQ(bench.output.segments[0].record.duration_90k, 2 * kSecond);
  EXPECT_EQ(bench.output.segments[1].record.duration_90k, kSecond);
  EXPECT_THAT(reasons(bench), ElementsAre(0, kJump, 0));
}

TEST(Jumps, AreNoneWhereLossLeftAHole) {
  TsBuilder ts;
  add_video(ts, 0, 2, 50);
  ts.lose(TsBuilder::kVideoPid);
  add_video(ts, 5 * kSecond, 5, 50);
  Bench bench(spec_of(10s, 20s));
  bench.run(ts.bytes());
  EXPECT_THAT(bench.starts(), ElementsAre(0));
  EXPECT_EQ(bench.output.segments[0].record.duration_90k, 10 * kSecond);
}

TEST(Jumps, OfPcrAndDecodingTimeTogetherAreOne) {
  JumpDetector detector;
  constexpr uint64_t kPcrSecond = 27'000'000;
  EXPECT_EQ(detector.take_pcr(0, false, 0), Step::kSteady);
  EXPECT_EQ(detector.take_decode_time(kSecond, 0), Step::kSteady);
  EXPECT_EQ(detector.take_pcr(kPcrSecond / 10, false, 0), Step::kSteady);
  EXPECT_EQ(detector.take_pcr(100 * kPcrSecond, false, 0), Step::kJump);
  EXPECT_EQ(detector.take_decode_time(2 * kSecond, 0), Step::kSteady);  // of the old timeline
  EXPECT_EQ(detector.take_decode_time(101 * kSecond, 0), Step::kEcho);
  EXPECT_EQ(detector.take_decode_time(101 * kSecond + kFrame, 0), Step::kSteady);
}

TEST(Jumps, MayBeAnnounced) {
  JumpDetector detector;
  detector.take_pcr(0, false, 0);
  EXPECT_EQ(detector.take_pcr(27'000, true, 0), Step::kJump);
}

TEST(Jumps, AreNoneWhereFewPicturesCome) {
  JumpDetector detector;  // a slide each 5 s, a PCR each 0.1 s
  for (uint64_t tenth = 0; tenth < 200; ++tenth) {
    EXPECT_EQ(detector.take_pcr(tenth * 2'700'000, false, 0), Step::kSteady);
    if (tenth % 50 == 0) {
      EXPECT_EQ(detector.take_decode_time(tenth * 9'000, 0), Step::kSteady);
    }
  }
}

TEST(Jumps, AreNoneWhereFewPcrsCome) {
  JumpDetector detector;  // a PCR each 3 s, against the standard
  for (uint64_t frame = 0; frame < 1000; ++frame) {
    EXPECT_EQ(detector.take_decode_time(frame * kFrame, 0), Step::kSteady);
    if (frame % 75 == 0) {
      EXPECT_EQ(detector.take_pcr(frame * kFrame * 300, false, 0), Step::kSteady);
    }
  }
}

TEST(Jumps, AreHolesWherePacketsWereLostForAsLongByTheirArrival) {
  constexpr int64_t kNs = 1'000'000'000;
  JumpDetector detector;
  detector.take_decode_time(0, 0);
  detector.note_loss();
  EXPECT_EQ(detector.take_decode_time(30 * kSecond, 30 * kNs), Step::kHole);
  EXPECT_EQ(detector.take_decode_time(30 * kSecond + kFrame, 30 * kNs), Step::kSteady);
  detector.note_loss();
  EXPECT_EQ(detector.take_decode_time(60 * kSecond, 31 * kNs), Step::kJump);
}

TEST(Jumps, AreNoneWherePicturesComeInDecodingOrderUnderPresentationTimesAlone) {
  TsBuilder ts;
  for (uint64_t gop = 0; gop < 20; ++gop) {
    const uint64_t start = kSecond + gop * 12 * kFrame;
    ts.tables();
    ts.idr(start);
    for (uint64_t i = 1; i < 12; i += 3) {
      for (const uint64_t place : {i + 2, i, i + 1}) {
        ts.pes(TsBuilder::kVideoPid, start + place * kFrame, TsBuilder::kSlice);
      }
    }
  }
  Bench bench(spec_of(2s, 10s));
  bench.run(ts.bytes());
  EXPECT_GT(bench.output.segments.size(), 3u);
  for (const auto& segment : bench.output.segments) {
    EXPECT_TRUE(segment.record.discontinuity.empty());
  }
}

TEST(PmtChange, CutsAtTheNextAccessPoint) {
  TsBuilder ts;
  add_video(ts, 0, 2, 25);
  for (unsigned i = 0; i < 50; ++i) {
    if (i % 25 == 0) {
      ts.pat();
      ts.pmt({{0x1b, TsBuilder::kVideoPid}, {0x03, TsBuilder::kAudioPid}}, 1);
    }
    ts.picture(2 * kSecond + i * kFrame, i % 25 == 0 ? TsBuilder::kIdr : TsBuilder::kSlice);
  }
  Bench bench(spec_of(600s, 600s));
  bench.run(ts.bytes());
  EXPECT_THAT(bench.starts(), ElementsAre(0, 2 * kSecond));
  EXPECT_THAT(reasons(bench), ElementsAre(0, only(Discontinuity::kPmtChange).bits()));
}

TEST(Restart, MarksTheFirstSegment) {
  TsBuilder ts;
  add_video(ts, 0, 4, 50);
  Bench bench(spec_of(2s, 10s));
  bench.segmenter.restarted();
  bench.run(ts.bytes());
  EXPECT_THAT(reasons(bench), ElementsAre(only(Discontinuity::kRestart).bits(), 0));
}

TEST(ClockStep, MarksTheNextSegmentWhoseNameDoesNotGoBackInTime) {
  TsBuilder ts;
  add_video(ts, 0, 4, 50);
  Bench bench(spec_of(2s, 10s));
  bench.push(Bytes(ts.bytes()).first(188 * 70));
  bench.now -= 3'600'000'000'000;
  bench.segmenter.clock_stepped();
  bench.run(Bytes(ts.bytes()).subspan(188 * 70));
  EXPECT_THAT(reasons(bench), ElementsAre(0, only(Discontinuity::kClockStep).bits()));
  EXPECT_GE(bench.output.segments[1].record.start_utc_ns,
            bench.output.segments[0].record.start_utc_ns);
}

TEST(ArrivalClock, SmoothsJitterAndStartsAnewAfterAJump) {
  ArrivalClock clock;
  for (int64_t i = 0; i < 300; ++i) {
    const int64_t jitter = (i * 7919 % 21 - 10) * 1'000'000;
    clock.take_pcr(static_cast<media::Pcr>(i) * 900'000, kEpoch + i * 33'333'333 + jitter);
    if (i > 100) {
      EXPECT_NEAR(static_cast<double>(clock.utc(kEpoch + i * 33'333'333 + jitter) - kEpoch),
                  static_cast<double>(i * 33'333'333), 3e6);
    }
  }
  clock.take_pcr(5, kEpoch + 100);
  EXPECT_EQ(clock.utc(kEpoch + 150), kEpoch + 150);
}

}  // namespace
}  // namespace sluice::segment
