#include <utility>

#include "storage/arena/hole.h"
#include "storage/catalog/catalog.h"
#include "storage/catalog/database.h"
#include "storage/catalog/faulty_pids.h"

#define SEGMENT_COLUMNS                                                                          \
  "SELECT name, sequence, number_in_hour, key, bytes, state, live_gap, stored_ns, "              \
  "start_utc_ns, end_utc_ns, start_pts, duration_90k, ts_packets, injected_packets, datagrams, " \
  "cc_errors, transport_errors, scrambled, lost_datagrams, discontinuity, cut, crc_errors, "     \
  "faulty_pids "                                                                                 \
  "FROM segments JOIN streams ON id = stream_id "
#define STREAM_COLUMNS                                                                      \
  "SELECT name, live_first, live_next, live_discontinuities, settled_next, codecs, width, " \
  "height, frame_rate FROM streams "
#define HOUR_COLUMNS                                                                     \
  "SELECT name, hour_ns, listed, complete, wall_clock, expires_ns, url, url_expires_ns " \
  "FROM hours JOIN streams ON id = stream_id "

namespace sluice::catalog {
namespace {

constexpr int64_t kHourNs = 3'600'000'000'000;
constexpr int64_t k90kToNs = 1'000'000 / 90;

Segment segment_of(Query& row) {
  Segment s;
  s.stream = row.text();
  s.sequence = row.unsigned_integer();
  s.number_in_hour = row.unsigned_integer();
  s.key = row.text();
  s.bytes = row.unsigned_integer();
  s.state = static_cast<SegmentState>(row.integer());
  s.live_gap = row.integer() != 0;
  s.stored_at = utc_from_ns(row.integer());
  arena::SegmentRecord& r = s.record;
  r.start_utc_ns = row.integer();
  r.end_utc_ns = row.integer();
  r.start_pts = row.unsigned_integer();
  r.duration_90k = row.unsigned_integer();
  r.ts_packets = row.unsigned_integer();
  r.injected_packets = row.unsigned_integer();
  r.datagrams = row.unsigned_integer();
  r.cc_errors = row.unsigned_integer();
  r.transport_errors = row.unsigned_integer();
  r.scrambled = row.unsigned_integer();
  r.lost_datagrams = row.unsigned_integer();
  r.discontinuity = arena::DiscontinuitySet::from_bits(static_cast<uint32_t>(row.integer()));
  r.cut = static_cast<arena::Cut>(row.integer());
  r.crc_errors = row.unsigned_integer();
  r.faulty_pids = parse_faulty_pids(row.text());
  return s;
}

Stream stream_of(Query& row) {
  Stream s;
  s.name = row.text();
  s.live_first = row.unsigned_integer();
  s.live_next = row.unsigned_integer();
  s.live_discontinuities = row.unsigned_integer();
  s.settled_next = row.unsigned_integer();
  s.codecs = row.text();
  s.width = static_cast<uint32_t>(row.integer());
  s.height = static_cast<uint32_t>(row.integer());
  s.frame_rate = row.real();
  return s;
}

Hour hour_of(Query& row) {
  Hour h;
  h.stream = row.text();
  h.hour = utc_from_ns(row.integer());
  h.listed = row.unsigned_integer();
  h.complete = row.integer() != 0;
  h.wall_clock = row.integer() != 0;
  h.expires = utc_from_ns(row.integer());
  h.url = row.text();
  h.url_expires = utc_from_ns(row.integer());
  return h;
}

template <typename Row>
Result<std::vector<Row>> all(Query& query, Row (*read)(Query&)) {
  std::vector<Row> rows;
  while (query.next()) {
    rows.push_back(read(query));
  }
  if (const Status status = query.status(); !status) {
    return fail(status.error());
  }
  return rows;
}

template <typename Row>
Result<std::optional<Row>> first(Query& query, Row (*read)(Query&)) {
  std::optional<Row> row;
  if (query.next()) {
    row = read(query);
  }
  if (const Status status = query.status(); !status) {
    return fail(status.error());
  }
  return row;
}

}  // namespace

Result<CatalogReader> CatalogReader::open(const std::filesystem::path& file) {
  auto database = Database::open(file, Database::Mode::kReadOnly);
  if (!database) {
    return fail(database.error());
  }
  return CatalogReader(std::move(*database));
}

CatalogReader::CatalogReader(std::shared_ptr<Database> database) : database_(std::move(database)) {}
CatalogReader::CatalogReader(CatalogReader&&) noexcept = default;
CatalogReader& CatalogReader::operator=(CatalogReader&&) noexcept = default;
CatalogReader::~CatalogReader() = default;

Result<std::vector<Stream>> CatalogReader::streams() const {
  Query query = database_->query(STREAM_COLUMNS "ORDER BY name");
  return all(query, stream_of);
}

Result<std::optional<Stream>> CatalogReader::stream(std::string_view name) const {
  Query query = database_->query(STREAM_COLUMNS "WHERE name = ?");
  return first(query.bind(name), stream_of);
}

Result<std::optional<Segment>> CatalogReader::find(std::string_view stream,
                                                   uint64_t sequence) const {
  Query query = database_->query(SEGMENT_COLUMNS "WHERE name = ? AND sequence = ?");
  return first(query.bind(stream).bind(sequence), segment_of);
}

Result<std::vector<Segment>> CatalogReader::range(std::string_view stream, uint64_t first_sequence,
                                                  uint64_t end) const {
  Query query = database_->query(SEGMENT_COLUMNS
                                 "WHERE name = ? AND sequence >= ? AND sequence < ? "
                                 "ORDER BY sequence");
  return all(query.bind(stream).bind(first_sequence).bind(end), segment_of);
}

Result<std::vector<Segment>> CatalogReader::last(std::string_view stream, size_t count) const {
  Query query = database_->query(SEGMENT_COLUMNS "WHERE name = ? ORDER BY sequence DESC LIMIT ?");
  auto rows = all(query.bind(stream).bind(uint64_t{count}), segment_of);
  if (rows) {
    std::reverse(rows->begin(), rows->end());
  }
  return rows;
}

Result<std::vector<Segment>> CatalogReader::hour(std::string_view stream, Utc hour) const {
  Query query = database_->query(SEGMENT_COLUMNS
                                 "WHERE name = ? AND start_utc_ns >= ? AND start_utc_ns < ? "
                                 "ORDER BY sequence");
  return all(query.bind(stream).bind(to_ns(hour)).bind(to_ns(hour) + kHourNs), segment_of);
}

Result<std::vector<Segment>> CatalogReader::span(std::string_view stream, Utc from, Utc to) const {
  // No segment lasts an hour, which bounds the search from below by the index on the start.
  Query query = database_->query(SEGMENT_COLUMNS
                                 "WHERE name = ? AND start_utc_ns > ? - 3600000000000 "
                                 "AND start_utc_ns < ? "
                                 "AND max(end_utc_ns, start_utc_ns + duration_90k * ?) > ? "
                                 "ORDER BY sequence");
  query.bind(stream).bind(to_ns(from)).bind(to_ns(to)).bind(k90kToNs).bind(to_ns(from));
  return all(query, segment_of);
}

Result<std::vector<Segment>> CatalogReader::pending() const {
  Query query = database_->query(SEGMENT_COLUMNS "WHERE state = 0 ORDER BY name, sequence");
  return all(query, segment_of);
}

Result<std::vector<Hour>> CatalogReader::hours(std::string_view stream) const {
  Query query = database_->query(HOUR_COLUMNS "WHERE name = ? ORDER BY hour_ns");
  return all(query.bind(stream), hour_of);
}

Result<std::vector<Hour>> CatalogReader::published_hours() const {
  Query query = database_->query(HOUR_COLUMNS "WHERE url != '' ORDER BY hour_ns, name");
  return all(query, hour_of);
}

Result<std::optional<Continuation>> CatalogReader::continuation(std::string_view stream) const {
  auto rows = last(stream, 1);
  if (!rows) {
    return fail(rows.error());
  }
  if (rows->empty()) {
    return std::nullopt;
  }
  const Segment& newest = rows->front();
  return Continuation{.next_sequence = newest.sequence + 1,
                      .hour = newest.hour(),
                      .next_in_hour = newest.number_in_hour + 1,
                      .last_start = newest.start(),
                      .last_end = utc_from_ns(arena::media_end_ns(newest.record))};
}

Result<std::string> CatalogReader::store_id() const {
  Query query = database_->query("SELECT value FROM meta WHERE name = 'store_id'");
  std::string id = query.next() ? query.text() : "";
  if (const Status status = query.status(); !status) {
    return fail(status.error());
  }
  return id;
}

}  // namespace sluice::catalog
