#include "tools/top/frame.h"

#include <gmock/gmock.h>

#include "tests/tools/top/sample.h"
#include "tools/top/columns.h"
#include "tools/top/terminal.h"

namespace sluice::tools::top {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string text(const Frame& frame) {
  std::string all;
  for (const Line& line : frame) {
    all += line.text() + "\n";
  }
  return all;
}

void expect_whole(const Frame& frame, const Size& size) {
  ASSERT_EQ(frame.size(), size.rows);
  for (const Line& line : frame) {
    EXPECT_EQ(line.width(), size.columns) << line.text();
  }
}

TEST(Frame, FitsAnyWindowOnEveryPage) {
  Sample sample(500);
  sample.stats->streams[3].drops.add(arena::Drop::kRingFull, 123'456'789);
  sample.stats->ports[0].nic_missed.add(1'000'000'000'000);
  const Picture picture = sample.picture();
  for (const Size size : {Size{80, 24}, Size{200, 60}, Size{132, 43}, Size{40, 10}, Size{20, 5},
                          Size{7, 3}, Size{1, 1}, Size{400, 120}}) {
    for (const auto page :
         {View::Page::kStreams, View::Page::kStream, View::Page::kPorts, View::Page::kHelp}) {
      View view{.page = page, .search = "channel", .selected = "group-0/channel-007"};
      SCOPED_TRACE(std::to_string(size.columns) + "x" + std::to_string(size.rows));
      expect_whole(draw(picture, view, size), size);
    }
  }
}

TEST(Frame, ShowsTheFirstOf500StreamsIn24Lines) {
  Sample sample(500);
  sample.stats->streams[0].last_arrival_ns.set(9'000'000'000);
  std::strcpy(sample.control->streams[0].name, "group-0/channel-000");
  sample.control->streams[0].last_stored_end_ns.set(6'500'000'000);
  View view;
  const std::string screen = text(draw(sample.picture(), view, {80, 24}));
  EXPECT_THAT(screen, HasSubstr("500 streams: 500 receiving"));
  EXPECT_THAT(screen, HasSubstr("500.00 Mbit/s, 47500 datagrams/s"));
  EXPECT_THAT(screen, HasSubstr("dropped   nothing"));
  EXPECT_THAT(screen, HasSubstr("40.0 MiB of 100 MiB used, 0 s left; store ok"));
  EXPECT_THAT(screen, HasSubstr("net_af_packet0 up, 520.00 Mbit/s"));
  EXPECT_THAT(screen, HasSubstr("1 rx 25%, 2 segment 0%"));
  EXPECT_THAT(screen, HasSubstr("group-0/channel-000        receiving    1.00   95.0      0      "
                                "0      0   2.5 s"));
  EXPECT_THAT(screen, HasSubstr("1-16 of 500"));
  EXPECT_THAT(screen, HasSubstr("q quit ? help"));
}

TEST(Frame, HasAllColumnsInAWideWindow) {
  View view;
  const std::string screen = text(draw(Sample(500).picture(), view, {200, 60}));
  for (const Column& column : columns()) {
    EXPECT_THAT(screen, HasSubstr(column.title));
  }
  EXPECT_THAT(screen, HasSubstr("udp://239.1.0.7:5000"));
  EXPECT_THAT(screen, HasSubstr("1-52 of 500"));
}

TEST(Frame, SaysInRedWhatIsDroppedNow) {
  Sample sample(5);
  sample.stats->streams[2].drops.add(arena::Drop::kLate, 9);
  const Look before = sample.look();
  sample.pass(std::chrono::seconds(2));
  sample.stats->streams[2].drops.add(arena::Drop::kRingFull, 4);
  View view;
  const Frame frame = draw(picture(before, sample.look()), view, {100, 24});
  EXPECT_THAT(text(frame), HasSubstr("dropped   4 ring_full (2.0/s), 9 late"));
  EXPECT_EQ(frame[2].pieces()[1].style, Style::kAlarm);
  EXPECT_EQ(frame[2].pieces()[2].style, Style::kPlain);
}

TEST(Frame, SaysWhoDoesNotRun) {
  Sample sample(2);
  View view;
  const Frame frame = draw(picture(sample.look(), sample.look(false)), view, {80, 24});
  EXPECT_THAT(text(frame), HasSubstr("not running"));
  EXPECT_THAT(text(frame), HasSubstr("2 down"));
}

TEST(Frame, ShowsEverythingThatTheStatusHasAboutAStream) {
  Sample sample(3);
  Look before = sample.look();
  sample.pass(std::chrono::seconds(1));
  Look now = sample.look();
  before.status["streams"][1]["priority_1"] = {{"pat_missing", 1U}};
  now.status["streams"][1]["priority_1"] = {{"pat_missing", 4U}};
  View view{.page = View::Page::kStream, .selected = "group-1/channel-001"};
  const std::string screen = text(draw(picture(before, now), view, {80, 60}));
  EXPECT_THAT(screen, HasSubstr("pat_missing           4  (+3.0/s)"));
  EXPECT_THAT(screen, HasSubstr("received              95  (+95.0/s)"));
}

TEST(Frame, LetsNoTextSpeakToTheTerminal) {
  Sample sample(1);
  std::strcpy(sample.control->store_error, "bad \x1b[2J answer\n\xc3\xa4");
  sample.control->store_state.set(static_cast<uint64_t>(arena::StoreState::kFailing));
  View view;
  const Frame frame = draw(sample.picture(), view, {80, 24});
  EXPECT_THAT(text(frame), HasSubstr("bad ?[2J answer???"));
  EXPECT_THAT(escape_codes(frame, true), Not(HasSubstr("\x1b[2J")));
}

TEST(Frame, PrintsAllStreamsOnceForPipes) {
  const Frame frame = draw_once(Sample(500).picture(), 80);
  EXPECT_EQ(frame.size(), 6U + 1 + 1 + 500);
  for (const Line& line : frame) {
    EXPECT_LE(line.width(), 80U) << line.text();
  }
}

TEST(Columns, KeepNumbersShort) {
  EXPECT_EQ(compact(0), "0");
  EXPECT_EQ(compact(999'999), "999999");
  EXPECT_EQ(compact(1'000'000), "1.0M");
  EXPECT_EQ(compact(999'960'000), "1.0G");
  EXPECT_LE(compact(UINT64_MAX).size(), 8U);
  EXPECT_EQ(compact_rate(0.04), "0.0");
  EXPECT_EQ(compact_rate(99.96), "100");
  EXPECT_EQ(megabits(123'456'789'000), "123457");
}

}  // namespace
}  // namespace sluice::tools::top
