#include "storage/catalog/database.h"

#include <utility>

namespace sluice::catalog {
namespace {

constexpr int kBusyTimeoutMs = 5000;

Error sqlite_error(sqlite3* db, std::string_view file) {
  const int code = sqlite3_errcode(db);
  const bool passing = code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_FULL ||
                       code == SQLITE_IOERR || code == SQLITE_NOMEM;
  return Error{passing ? Next::kRetry : Next::kGiveUp,
               "catalog " + std::string(file) + ": " + sqlite3_errmsg(db)};
}

}  // namespace

Query::~Query() {
  if (statement_ != nullptr) {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
}

Query& Query::bind(int64_t value) {
  if (code_ == SQLITE_OK) {
    code_ = sqlite3_bind_int64(statement_, parameter_++, value);
  }
  return *this;
}

Query& Query::bind(double value) {
  if (code_ == SQLITE_OK) {
    code_ = sqlite3_bind_double(statement_, parameter_++, value);
  }
  return *this;
}

Query& Query::bind(std::string_view text) {
  if (code_ == SQLITE_OK) {
    code_ = sqlite3_bind_text(statement_, parameter_++, text.data(), static_cast<int>(text.size()),
                              SQLITE_STATIC);
  }
  return *this;
}

bool Query::next() {
  if (statement_ == nullptr || (code_ != SQLITE_OK && code_ != SQLITE_ROW)) {
    return false;
  }
  column_ = 0;
  code_ = sqlite3_step(statement_);
  return code_ == SQLITE_ROW;
}

Status Query::run() {
  next();
  return status();
}

Status Query::status() const {
  if (statement_ != nullptr &&
      (code_ == SQLITE_OK || code_ == SQLITE_ROW || code_ == SQLITE_DONE)) {
    return {};
  }
  const char* file = sqlite3_db_filename(db_, "main");
  return fail(sqlite_error(db_, file == nullptr ? "" : file));
}

std::string Query::text() {
  const int column = column_++;
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const auto size = static_cast<size_t>(sqlite3_column_bytes(statement_, column));
  return text == nullptr ? std::string() : std::string(text, size);
}

Result<std::shared_ptr<Database>> Database::open(const std::filesystem::path& file, Mode mode) {
  std::error_code ignored;
  if (mode == Mode::kReadOnly && !std::filesystem::exists(file, ignored)) {
    return fail(Next::kNotFound, "there is no catalog " + file.string());
  }
  // Each connection belongs to one thread at a time, so SQLite's own mutexes only cost.
  const int flags =
      SQLITE_OPEN_NOMUTEX |
      (mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &db, flags, nullptr);
  if (code != SQLITE_OK) {
    const std::string reason = db == nullptr ? "out of memory" : sqlite3_errmsg(db);
    sqlite3_close_v2(db);
    return fail("cannot open catalog " + file.string() + ": " + reason);
  }
  sqlite3_busy_timeout(db, kBusyTimeoutMs);
  return std::shared_ptr<Database>(new Database(db, file));
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) {
    sqlite3_finalize(statement);
  }
  sqlite3_close_v2(db_);
}

bool Database::is_damaged() const {
  const int code = sqlite3_errcode(db_);
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

Status Database::execute(const std::string& sql) {
  if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return fail(sqlite_error(db_, file_.string()));
  }
  return {};
}

Query Database::query(const char* sql) {
  sqlite3_stmt*& statement = statements_[sql];
  if (statement == nullptr) {
    sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  }
  return {db_, statement};
}

Result<Transaction> Transaction::begin(Database& database) {
  // IMMEDIATE: take the write lock now, not at the first write, where waiting is not possible.
  if (const Status begun = database.execute("BEGIN IMMEDIATE"); !begun) {
    return fail(begun.error());
  }
  return Transaction(database);
}

Status Transaction::commit() {
  Status done = database_->execute("COMMIT");
  if (done) {
    database_ = nullptr;
  }
  return done;
}

Transaction::~Transaction() {
  if (database_ != nullptr) {
    (void)database_->execute("ROLLBACK");
  }
}

}  // namespace sluice::catalog
