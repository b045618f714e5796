#include "tests/control/upload/archive_fixture.h"

namespace sluice::upload {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kMasterKey = "tv/ladder/master.m3u8";

/// "news" and "news-low" share a group.
class MasterTest : public ArchiveTest {
 protected:
  MasterTest() {
    appliance_.streams[0].group = "ladder";
    config::Stream low{.name = StreamId::parse("news-low").value()};
    low.group = "ladder";
    appliance_.streams.push_back(low);
    start_control();
    low_ = writer_->enter(StreamId::parse("news-low").value(), "tv/news-low/").value();
    high_ = entry_;
    turn();
  }
  void seal_both() {
    entry_ = high_;
    seal();
    entry_ = low_;
    seal();
    turn_for(1s);
  }
  uint32_t high_ = 0;
  uint32_t low_ = 0;
};

TEST_F(MasterTest, NamesTheLivePlaylistsOfTheGroupWithMeasuredRates) {
  seal_both();
  // each segment is 1009 or 1010 bytes in 10 s
  EXPECT_THAT(uris(object(kMasterKey)),
              ElementsAre("../news/index.m3u8", "../news-low/index.m3u8"));
  EXPECT_THAT(
      values(object(kMasterKey), "#EXT-X-STREAM-INF:"),
      ElementsAre("BANDWIDTH=808,AVERAGE-BANDWIDTH=808", "BANDWIDTH=808,AVERAGE-BANDWIDTH=808"));
}

TEST_F(MasterTest, IsNotWrittenAgainWhileNothingChanges) {
  for (int i = 0; i < 8; ++i) {
    seal_both();
  }
  EXPECT_LE(bucket_.count_puts(kMasterKey), 3u);
}

TEST_F(MasterTest, NamesEveryMemberAgainAfterARestart) {
  seal_both();
  kill_control();
  bucket_.objects.erase(kMasterKey);
  start_control();
  turn();
  entry_ = high_;
  sealed_.emplace_back();
  arena::SegmentWriter segment = writer_->begin(entry_);
  segment.record().start_utc_ns = to_ns(media_time_);
  segment.record().duration_90k = 900'000;
  const std::string body(50'000, 'x');
  ASSERT_TRUE(segment.append(as_bytes(body)));
  segment.commit(segment.appended());
  segment.seal();
  turn_for(1s);
  EXPECT_EQ(uris(object(kMasterKey)).size(), 2u);
  EXPECT_THAT(object(kMasterKey), HasSubstr("BANDWIDTH=40000,"));
}

}  // namespace
}  // namespace sluice::upload
