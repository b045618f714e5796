#include "storage/catalog/schema.h"

#include <array>
#include <string>

namespace sluice::catalog {
namespace {

/// "slCa": marks the file as a catalog of ours in SQLite's header.
constexpr int64_t kApplicationId = 0x736c4361;

/// Step N takes the schema from version N to N + 1. Steps are never edited once released.
constexpr std::array kSteps{
    R"(
    CREATE TABLE meta (
      name TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE streams (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      live_first INTEGER NOT NULL DEFAULT 0,
      live_next INTEGER NOT NULL DEFAULT 0,
      live_discontinuities INTEGER NOT NULL DEFAULT 0,
      settled_next INTEGER NOT NULL DEFAULT 0,
      codecs TEXT NOT NULL DEFAULT '',
      width INTEGER NOT NULL DEFAULT 0,
      height INTEGER NOT NULL DEFAULT 0,
      frame_rate REAL NOT NULL DEFAULT 0
    );

    CREATE TABLE segments (
      stream_id INTEGER NOT NULL REFERENCES streams (id),
      sequence INTEGER NOT NULL,
      number_in_hour INTEGER NOT NULL,
      key TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      state INTEGER NOT NULL,
      live_gap INTEGER NOT NULL,
      stored_ns INTEGER NOT NULL,
      start_utc_ns INTEGER NOT NULL,
      end_utc_ns INTEGER NOT NULL,
      start_pts INTEGER NOT NULL,
      duration_90k INTEGER NOT NULL,
      ts_packets INTEGER NOT NULL,
      injected_packets INTEGER NOT NULL,
      datagrams INTEGER NOT NULL,
      cc_errors INTEGER NOT NULL,
      transport_errors INTEGER NOT NULL,
      scrambled INTEGER NOT NULL,
      lost_datagrams INTEGER NOT NULL,
      discontinuity INTEGER NOT NULL,
      cut INTEGER NOT NULL,
      PRIMARY KEY (stream_id, sequence)
    ) WITHOUT ROWID;
    CREATE INDEX segments_by_start ON segments (stream_id, start_utc_ns);
    CREATE INDEX segments_pending ON segments (state) WHERE state = 0;

    CREATE TABLE hours (
      stream_id INTEGER NOT NULL REFERENCES streams (id),
      hour_ns INTEGER NOT NULL,
      listed INTEGER NOT NULL,
      complete INTEGER NOT NULL,
      wall_clock INTEGER NOT NULL,
      expires_ns INTEGER NOT NULL,
      url TEXT NOT NULL,
      url_expires_ns INTEGER NOT NULL,
      PRIMARY KEY (stream_id, hour_ns)
    ) WITHOUT ROWID;
    )",
    R"(
    ALTER TABLE segments ADD COLUMN crc_errors INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE segments ADD COLUMN faulty_pids TEXT NOT NULL DEFAULT '';
    )",
};

Result<int64_t> pragma(Database& database, const char* sql) {
  Query query = database.query(sql);
  const int64_t value = query.next() ? query.integer() : 0;
  if (const Status status = query.status(); !status) {
    return fail(status.error());
  }
  return value;
}

Status check_owner(Database& database, int64_t version) {
  const auto id = pragma(database, "PRAGMA application_id");
  if (!id) {
    return fail(id.error());
  }
  const auto tables = pragma(database, "SELECT count(*) FROM sqlite_schema");
  if (!tables) {
    return fail(tables.error());
  }
  const bool empty = *id == 0 && version == 0 && *tables == 0;
  if (*id != kApplicationId && !empty) {
    return fail(database.file().string() + " is a database, but not a catalog of Sluice");
  }
  return {};
}

}  // namespace

Status migrate(Database& database) {
  auto transaction = Transaction::begin(database);
  if (!transaction) {
    return fail(transaction.error());
  }
  const auto version = pragma(database, "PRAGMA user_version");
  if (!version) {
    return fail(version.error());
  }
  if (Status owner = check_owner(database, *version); !owner) {
    return owner;
  }
  const auto newest = static_cast<int64_t>(kSteps.size());
  if (*version > newest) {
    return fail("catalog " + database.file().string() + " has schema " + std::to_string(*version) +
                ", this program knows up to " + std::to_string(newest) +
                ": use the newer Sluice that wrote it, or set control.state to another folder");
  }
  for (int64_t step = *version; step < newest; ++step) {
    if (Status done = database.execute(kSteps[static_cast<size_t>(step)]); !done) {
      return done;
    }
  }
  const Status marked =
      database.execute("PRAGMA application_id = " + std::to_string(kApplicationId) +
                       "; PRAGMA user_version = " + std::to_string(newest));
  return marked ? transaction->commit() : marked;
}

}  // namespace sluice::catalog
