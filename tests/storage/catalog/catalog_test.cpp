#include "storage/catalog/catalog.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/storage/catalog/temporary_folder.h"

namespace sluice::catalog {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Utc kSixOClock = *parse_rfc3339("2025-01-16T06:00:00Z");

/// Segment `sequence` of a stream that began at 06:59:40 and is cut every ten seconds.
Segment segment(uint64_t sequence, std::string stream = "news") {
  Segment s;
  s.stream = std::move(stream);
  s.sequence = sequence;
  s.number_in_hour = sequence < 2 ? sequence : sequence - 2;
  s.key = s.stream + "/" + std::to_string(sequence);
  s.bytes = 1000 + sequence;
  s.state = SegmentState::kStored;
  const Utc start = kSixOClock + 3580s + sequence * 10s;
  s.record.start_utc_ns = to_ns(start);
  s.record.end_utc_ns = to_ns(start + 10s);
  s.record.duration_90k = 900'000;
  return s;
}

Batch segments(uint64_t first, uint64_t end, const std::string& stream = "news") {
  Batch batch;
  for (uint64_t i = first; i < end; ++i) {
    batch.segments.push_back(segment(i, stream));
  }
  return batch;
}

std::vector<uint64_t> sequences(const Result<std::vector<Segment>>& rows) {
  std::vector<uint64_t> out;
  EXPECT_TRUE(rows) << (rows ? "" : rows.error().message);
  for (const Segment& row : rows.value_or(std::vector<Segment>{})) {
    out.push_back(row.sequence);
  }
  return out;
}

class CatalogTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "catalog.db";
  Catalog catalog_ = Catalog::open(file_).value();
  const CatalogReader& read() { return catalog_.read(); }
};

TEST_F(CatalogTest, GivesBackEveryFieldOfASegment) {
  Segment in = segment(7);
  in.number_in_hour = 3;
  in.live_gap = true;
  in.stored_at = kSixOClock + 1234567891ns;
  in.record = {.start_utc_ns = 1'737'010'801'000'000'001,
               .end_utc_ns = 1'737'010'802'000'000'002,
               .start_pts = (1ULL << 33) - 1,
               .duration_90k = 3,
               .ts_packets = 4,
               .injected_packets = 5,
               .datagrams = 6,
               .cc_errors = 7,
               .transport_errors = 8,
               .scrambled = 9,
               .crc_errors = 11,
               .lost_datagrams = 10,
               .discontinuity = arena::DiscontinuitySet::from_bits(0b101),
               .cut = arena::Cut::kIrap};
  in.record.faulty_pids.add(256, &arena::PidFaults::cc_errors, 7);
  in.record.faulty_pids.add(256, &arena::PidFaults::scrambled, 9);
  in.record.faulty_pids.add(0, &arena::PidFaults::crc_errors, 11);
  ASSERT_TRUE(catalog_.commit({.segments = {in}}));
  const auto out = read().find("news", 7);
  ASSERT_TRUE(out && *out);
  const Segment& s = **out;
  EXPECT_EQ(s.stream, "news");
  EXPECT_EQ(s.sequence, 7u);
  EXPECT_EQ(s.number_in_hour, 3u);
  EXPECT_EQ(s.key, "news/7");
  EXPECT_EQ(s.bytes, 1007u);
  EXPECT_EQ(s.state, SegmentState::kStored);
  EXPECT_TRUE(s.live_gap);
  EXPECT_EQ(s.stored_at, in.stored_at);
  EXPECT_EQ(memcmp(&s.record, &in.record, sizeof in.record), 0);
}

TEST_F(CatalogTest, ReplacesARowOfTheSameStreamAndSequence) {
  Segment s = segment(1);
  s.state = SegmentState::kPending;
  ASSERT_TRUE(catalog_.commit({.segments = {s}}));
  EXPECT_THAT(sequences(read().pending()), ElementsAre(1));
  s.state = SegmentState::kStored;
  ASSERT_TRUE(catalog_.commit({.segments = {s}}));
  EXPECT_THAT(sequences(read().pending()), IsEmpty());
  EXPECT_THAT(sequences(read().range("news", 0, 10)), ElementsAre(1));
}

TEST_F(CatalogTest, PutsASegmentIntoTheHourOfItsStart) {
  ASSERT_TRUE(catalog_.commit(segments(0, 5)));
  EXPECT_THAT(sequences(read().hour("news", kSixOClock)), ElementsAre(0, 1));
  EXPECT_THAT(sequences(read().hour("news", kSixOClock + 1h)), ElementsAre(2, 3, 4));
  EXPECT_THAT(sequences(read().hour("news", kSixOClock + 2h)), IsEmpty());
}

TEST_F(CatalogTest, FindsASpanByAnyPartOfASegment) {
  ASSERT_TRUE(catalog_.commit(segments(0, 6)));
  const Utc first = kSixOClock + 3580s;
  EXPECT_THAT(sequences(read().span("news", first + 19s, first + 30s)), ElementsAre(1, 2));
  EXPECT_THAT(sequences(read().span("news", first + 20s, first + 30001ms)), ElementsAre(2, 3));
  EXPECT_THAT(sequences(read().span("news", first - 1h, first)), IsEmpty());
}

TEST_F(CatalogTest, KeepsStreamsApart) {
  ASSERT_TRUE(catalog_.commit(segments(0, 3, "news")));
  ASSERT_TRUE(catalog_.commit(segments(10, 12, "news/low")));
  EXPECT_THAT(sequences(read().last("news", 2)), ElementsAre(1, 2));
  EXPECT_THAT(sequences(read().last("news/low", 9)), ElementsAre(10, 11));
  EXPECT_THAT(sequences(read().last("absent", 9)), IsEmpty());
}

TEST_F(CatalogTest, ContinuesBehindTheLastSegmentOfAStream) {
  EXPECT_EQ(read().continuation("news").value(), std::nullopt);
  ASSERT_TRUE(catalog_.commit(segments(0, 5)));
  const auto next = read().continuation("news").value();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->next_sequence, 5u);
  EXPECT_EQ(next->hour, kSixOClock + 1h);
  EXPECT_EQ(next->next_in_hour, 3u);
  EXPECT_EQ(next->last_start, kSixOClock + 3620s);
}

TEST_F(CatalogTest, KeepsWhatPublishingHasShown) {
  const Stream stream{.name = "news",
                      .live_first = 1,
                      .live_next = 2,
                      .live_discontinuities = 3,
                      .settled_next = 4,
                      .codecs = "avc1.64001f,mp4a.40.2",
                      .width = 1920,
                      .height = 1080,
                      .frame_rate = 29.97};
  const Hour hour{.stream = "news",
                  .hour = kSixOClock,
                  .listed = 12,
                  .complete = true,
                  .wall_clock = true,
                  .expires = kSixOClock + 7 * 24h,
                  .url = "https://x/y?z",
                  .url_expires = kSixOClock + 24h};
  Hour unpublished{.stream = "news", .hour = kSixOClock + 1h};
  ASSERT_TRUE(catalog_.commit({.streams = {stream}, .hours = {unpublished, hour}}));
  EXPECT_EQ(read().stream("news").value(), stream);
  EXPECT_THAT(read().streams().value(), ElementsAre(stream));
  EXPECT_EQ(read().hours("news").value().size(), 2u);
  const auto published = read().published_hours().value();
  ASSERT_EQ(published.size(), 1u);
  EXPECT_EQ(published[0].hour, kSixOClock);
  EXPECT_EQ(published[0].listed, 12u);
  EXPECT_TRUE(published[0].complete);
  EXPECT_TRUE(published[0].wall_clock);
  EXPECT_EQ(published[0].expires, hour.expires);
  EXPECT_EQ(published[0].url, hour.url);
  EXPECT_EQ(published[0].url_expires, hour.url_expires);
}

TEST_F(CatalogTest, ASegmentDoesNotDisturbWhatIsKnownOfItsStream) {
  ASSERT_TRUE(catalog_.commit({.streams = {{.name = "news", .live_next = 9}}}));
  ASSERT_TRUE(catalog_.commit(segments(0, 1)));
  EXPECT_EQ(read().stream("news").value()->live_next, 9u);
}

TEST_F(CatalogTest, AnotherConnectionReadsWhileTheWriterWrites) {
  const auto reader = CatalogReader::open(file_).value();
  EXPECT_THAT(sequences(reader.last("news", 9)), IsEmpty());
  ASSERT_TRUE(catalog_.commit(segments(0, 2)));
  EXPECT_THAT(sequences(reader.last("news", 9)), ElementsAre(0, 1));
}

TEST_F(CatalogTest, AReaderOfAFileThatIsNotThereSaysSo) {
  const auto reader = CatalogReader::open(folder_ / "absent.db");
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().next, Next::kNotFound);
}

TEST_F(CatalogTest, StartsAnewAndKeepsTheOldRowsBesideIt) {
  ASSERT_TRUE(catalog_.commit(segments(0, 2)));
  ASSERT_TRUE(catalog_.set_store_id("old store"));
  const auto kept = catalog_.start_anew();
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_THAT(sequences(read().last("news", 9)), IsEmpty());
  EXPECT_EQ(read().store_id().value(), "");
  const auto old = CatalogReader::open(*kept).value();
  EXPECT_THAT(sequences(old.last("news", 9)), ElementsAre(0, 1));
  EXPECT_EQ(old.store_id().value(), "old store");
}

TEST(CatalogPath, DependsOnTheStoreAndLiesInTheStateFolder) {
  config::Appliance a;
  a.storage.endpoint = "https://s3.example";
  a.control.urls_log = "/var/lib/sluice/urls.log";
  config::Appliance b = a;
  b.storage.prefix = "x/";
  EXPECT_EQ(catalog_path(a).parent_path(), "/var/lib/sluice");
  EXPECT_NE(catalog_path(a), catalog_path(b));
  b = a;
  b.control.state = "/state";
  EXPECT_EQ(catalog_path(b), "/state" / catalog_path(a).filename());
}

}  // namespace
}  // namespace sluice::catalog
