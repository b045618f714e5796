#include "dataplane/segment/segmenter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "dataplane/media/section.h"
#include "tests/dataplane/segment/fixture.h"

namespace sluice::segment {
namespace {

using arena::Cut;
using arena::Discontinuity;
using testing::Each;
using testing::ElementsAre;
using namespace std::chrono_literals;

TEST(SegmenterProgram, TakesTheProgrammeWithVideoThatHasTheLowestNumber) {
  TsBuilder ts;
  for (unsigned i = 0; i < 100; ++i) {
    if (i % 25 == 0) {
      ts.pat({3, 7, 9});
      ts.pmt({{0x0f, 0x300}}, 0, 3, TsBuilder::kPmtPid);
      ts.pmt({{0x1b, TsBuilder::kVideoPid}}, 0, 7, TsBuilder::kPmtPid + 1);
      ts.pmt({{0x1b, 0x900}}, 0, 9, TsBuilder::kPmtPid + 2);
    }
    ts.pes(0x900, i * kFrame + 1, TsBuilder::kIdr);
    ts.picture(i * kFrame, i % 25 == 0 ? TsBuilder::kIdr : TsBuilder::kSlice);
  }
  Bench bench(spec_of(2s, 10s));
  bench.run(ts.bytes());
  EXPECT_THAT(bench.starts(), ElementsAre(0, 2 * kSecond));
}

TEST(SegmenterProgram, TakesOneProgrammeOutOfAMultiplexUnderAPatOfItsOwn) {
  TsBuilder mux;
  TsBuilder alone;
  for (unsigned i = 0; i < 100; ++i) {
    if (i % 25 == 0) {
      mux.pat({3, 7});
      mux.pmt({{0x1b, 0x300}}, 0, 3, TsBuilder::kPmtPid);
      for (TsBuilder* ts : {&mux, &alone}) {
        ts->pmt({{0x1b, TsBuilder::kVideoPid}}, 0, 7, TsBuilder::kPmtPid + 1, 0, 0x77);
        ts->packet(0x77, false, {}, {.pcr = uint64_t{i} * kFrame * 300});
      }
    }
    mux.null();
    mux.pes(0x300, i * kFrame + 1, TsBuilder::kIdr);
    mux.packet(0x11, true, std::vector<uint8_t>(100, 0), {});
    for (TsBuilder* ts : {&mux, &alone}) {
      ts->picture(i * kFrame, i % 25 == 0 ? TsBuilder::kIdr : TsBuilder::kSlice);
    }
  }
  SegmenterSpec spec = spec_of(2s, 10s);
  spec.program = {config::Program::Kind::kNumber, 7};
  Bench bench(spec);
  bench.run(mux.bytes(), 188 * 5);
  EXPECT_THAT(bench.starts(), ElementsAre(0, 2 * kSecond));
  EXPECT_EQ(bench.stats.received.get(), bench.stats.committed.get());
  EXPECT_EQ(bench.stats.cc_errors.get(), 0U);
  std::vector<uint8_t> others;
  size_t pats = 0;
  const std::vector<uint8_t> joined = bench.output.joined();
  for (size_t at = 0; at < joined.size(); at += 188) {
    const uint8_t* packet = joined.data() + at;
    if ((packet[1] & 0x1f) != 0 || packet[2] != 0) {
      others.insert(others.end(), packet, packet + 188);
      continue;
    }
    // One programme, 7, on its PMT's PID; the CRC over it all is right.
    EXPECT_EQ(packet[3], 0x10 | pats++);
    const Bytes section(packet + 5, 16);
    ASSERT_TRUE(media::Section::is_valid(section));
    EXPECT_EQ(section[9], 7);
    EXPECT_EQ((section[10] & 0x1f) << 8 | section[11], TsBuilder::kPmtPid + 1);
  }
  EXPECT_EQ(pats, 4U);
  EXPECT_EQ(others, alone.bytes());
}

TEST(SegmenterProgram, LeavesNoGapInTheCountersOfAPatThatTookSeveralPackets) {
  std::vector<uint16_t> programs(60);
  std::iota(programs.begin(), programs.end(), uint16_t{1});
  TsBuilder ts;
  for (int i = 0; i < 20; ++i) ts.pat(programs);
  ASSERT_EQ(ts.packets(), 40u);
  SegmenterSpec spec = spec_of(2s, 10s);
  spec.program = {config::Program::Kind::kNumber, 7};
  Bench bench(spec);
  bench.run(ts.bytes());
  // All but the first, which was not whole yet when its first packet came.
  EXPECT_EQ(bench.output.joined().size(), size_t{19} * 188);
  EXPECT_EQ(bench.stats.cc_errors.get(), 0u);
}

TEST(SegmenterProgram, KeepsNothingOfAMultiplexThatHasNotTheProgramme) {
  TsBuilder ts;
  add_video(ts, 0, 2, 25);
  SegmenterSpec spec = spec_of(2s, 10s);
  spec.program = {config::Program::Kind::kNumber, 9};
  Bench bench(spec);
  bench.run(ts.bytes());
  EXPECT_TRUE(bench.output.segments.empty());
  EXPECT_EQ(bench.stats.received.get(), bench.stats.committed.get());
}

}  // namespace
}  // namespace sluice::segment
