#include "storage/catalog/catalog.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "config/base/digest.h"
#include "storage/catalog/database.h"
#include "storage/catalog/faulty_pids.h"
#include "storage/catalog/schema.h"

namespace sluice::catalog {
namespace {

constexpr const char* kPragmas =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON";

Result<std::shared_ptr<Database>> open_and_migrate(const std::filesystem::path& file) {
  auto database = Database::open(file, Database::Mode::kReadWrite);
  if (!database) {
    return database;
  }
  if (const Status set = (*database)->execute(kPragmas); !set) {
    return fail(set.error());
  }
  if (const Status migrated = migrate(**database); !migrated) {
    return fail(migrated.error());
  }
  return database;
}

/// A name beside `file` that nothing has yet.
std::filesystem::path aside(const std::filesystem::path& file, std::string_view why) {
  for (unsigned n = 1;; ++n) {
    std::filesystem::path name = file.string() + "." + std::string(why) + "-" + std::to_string(n);
    if (!std::filesystem::exists(name)) {
      return name;
    }
  }
}

/// Whether SQLite has read the file and found that it is damaged, or no database. A file that
/// cannot be read or written just now (rights, disk full) is not.
bool broken(const std::filesystem::path& file) {
  auto database = Database::open(file, Database::Mode::kReadWrite);
  if (!database) {
    return false;
  }
  Query check = (*database)->query("PRAGMA quick_check(1)");
  return check.next() ? check.text() != "ok" : (*database)->is_damaged();
}

Status put_stream_name(Database& database, std::string_view name) {
  return database.query("INSERT OR IGNORE INTO streams (name) VALUES (?)").bind(name).run();
}

Status put(Database& database, const Stream& s) {
  return database
      .query(
          "INSERT INTO streams (name, live_first, live_next, live_discontinuities, settled_next, "
          "codecs, width, height, frame_rate) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (name) DO UPDATE SET live_first = excluded.live_first, "
          "live_next = excluded.live_next, live_discontinuities = excluded.live_discontinuities, "
          "settled_next = excluded.settled_next, codecs = excluded.codecs, width = excluded.width, "
          "height = excluded.height, frame_rate = excluded.frame_rate")
      .bind(s.name)
      .bind(s.live_first)
      .bind(s.live_next)
      .bind(s.live_discontinuities)
      .bind(s.settled_next)
      .bind(s.codecs)
      .bind(uint64_t{s.width})
      .bind(uint64_t{s.height})
      .bind(s.frame_rate)
      .run();
}

Status put(Database& database, const Segment& s) {
  if (Status named = put_stream_name(database, s.stream); !named) {
    return named;
  }
  const arena::SegmentRecord& r = s.record;
  return database
      .query(
          "INSERT OR REPLACE INTO segments (stream_id, sequence, number_in_hour, key, bytes, "
          "state, live_gap, stored_ns, start_utc_ns, end_utc_ns, start_pts, duration_90k, "
          "ts_packets, injected_packets, datagrams, cc_errors, transport_errors, scrambled, "
          "lost_datagrams, discontinuity, cut, crc_errors, faulty_pids) VALUES "
          "((SELECT id FROM streams WHERE name = ?), "
          "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(s.stream)
      .bind(s.sequence)
      .bind(s.number_in_hour)
      .bind(s.key)
      .bind(s.bytes)
      .bind(static_cast<int64_t>(s.state))
      .bind(s.live_gap)
      .bind(to_ns(s.stored_at))
      .bind(r.start_utc_ns)
      .bind(r.end_utc_ns)
      .bind(r.start_pts)
      .bind(r.duration_90k)
      .bind(r.ts_packets)
      .bind(r.injected_packets)
      .bind(r.datagrams)
      .bind(r.cc_errors)
      .bind(r.transport_errors)
      .bind(r.scrambled)
      .bind(r.lost_datagrams)
      .bind(uint64_t{r.discontinuity.bits()})
      .bind(static_cast<int64_t>(r.cut))
      .bind(r.crc_errors)
      .bind(std::string_view(render_faulty_pids(r.faulty_pids)))
      .run();
}

Status put(Database& database, const Hour& h) {
  if (Status named = put_stream_name(database, h.stream); !named) {
    return named;
  }
  return database
      .query(
          "INSERT OR REPLACE INTO hours (stream_id, hour_ns, listed, complete, wall_clock, "
          "expires_ns, url, url_expires_ns) VALUES ((SELECT id FROM streams WHERE name = ?), ?, ?, "
          "?, ?, ?, ?, ?)")
      .bind(h.stream)
      .bind(to_ns(h.hour))
      .bind(h.listed)
      .bind(h.complete)
      .bind(h.wall_clock)
      .bind(to_ns(h.expires))
      .bind(h.url)
      .bind(to_ns(h.url_expires))
      .run();
}

template <typename Row>
Status put_all(Database& database, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    if (Status done = put(database, row); !done) {
      return done;
    }
  }
  return {};
}

}  // namespace

std::string_view to_string(SegmentState state) {
  switch (state) {
    case SegmentState::kPending:
      return "pending";
    case SegmentState::kStored:
      return "stored";
    case SegmentState::kLost:
      return "lost";
  }
  return "unknown";
}

Result<Catalog> Catalog::open(const std::filesystem::path& file) {
  std::error_code failed;
  std::filesystem::create_directories(file.parent_path(), failed);
  if (failed) {
    return fail("cannot make the folder " + file.parent_path().string() + ": " + failed.message());
  }
  auto database = open_and_migrate(file);
  if (!database && std::filesystem::exists(file) && broken(file)) {
    const auto kept = aside(file, "broken");
    for (const char* part : {"", "-wal", "-shm"}) {
      std::filesystem::rename(file.string() + part, kept.string() + part, failed);
    }
    spdlog::error(
        "{}; it was renamed to {} and a new catalog begun. The archive is untouched: "
        "rebuild the catalog with `sluice catalog rebuild`",
        database.error().message, kept.string());
    database = open_and_migrate(file);
  }
  if (!database) {
    return fail(database.error());
  }
  return Catalog(file, std::move(*database));
}

Catalog::Catalog(std::filesystem::path file, std::shared_ptr<Database> database)
    : file_(std::move(file)), reader_(std::move(database)) {}
Catalog::Catalog(Catalog&&) noexcept = default;
Catalog& Catalog::operator=(Catalog&&) noexcept = default;
Catalog::~Catalog() = default;

Status Catalog::commit(const Batch& batch) {
  if (batch.empty()) {
    return {};
  }
  Database& database = *reader_.database_;
  auto transaction = Transaction::begin(database);
  if (!transaction) {
    return fail(transaction.error());
  }
  Status done = put_all(database, batch.segments);
  if (done) {
    done = put_all(database, batch.streams);
  }
  if (done) {
    done = put_all(database, batch.hours);
  }
  return done ? transaction->commit() : done;
}

Status Catalog::set_store_id(std::string_view id) {
  return reader_.database_
      ->query("INSERT OR REPLACE INTO meta (name, value) VALUES ('store_id', ?)")
      .bind(id)
      .run();
}

Result<std::filesystem::path> Catalog::start_anew() {
  Database& database = *reader_.database_;
  const auto kept = aside(file_, "old");
  if (const Status copied =
          database.query("VACUUM INTO ?").bind(std::string_view(kept.native())).run();
      !copied) {
    return fail(copied.error());
  }
  auto transaction = Transaction::begin(database);
  if (!transaction) {
    return fail(transaction.error());
  }
  Status done = database.execute(
      "DELETE FROM segments; DELETE FROM hours; DELETE FROM streams; DELETE FROM meta");
  if (done) {
    done = transaction->commit();
  }
  if (!done) {
    return fail(done.error());
  }
  return kept;
}

std::filesystem::path catalog_path(const config::Appliance& appliance) {
  const config::Storage& storage = appliance.storage;
  const config::Control& control = appliance.control;
  const std::string identity = storage.endpoint + "|" + storage.bucket + "|" + storage.prefix;
  const std::string hash = hex(sha256(as_bytes(identity))).substr(0, 12);
  const auto folder = control.state.empty() ? control.urls_log.parent_path() : control.state;
  return folder / ("catalog-" + hash + ".db");
}

}  // namespace sluice::catalog
