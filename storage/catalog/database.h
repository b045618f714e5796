#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "config/base/result.h"

namespace sluice::catalog {

/// A prepared statement in use: bound, stepped, and given back when this goes. The only place where
/// values cross into SQLite. Errors stick: the first one ends the stepping and is told by `status`.
class Query {
 public:
  Query(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  Query& bind(int64_t value);
  Query& bind(uint64_t value) { return bind(static_cast<int64_t>(value)); }
  Query& bind(bool value) { return bind(int64_t{value}); }
  Query& bind(double value);
  /// The text stays in place until the query is done.
  Query& bind(std::string_view text);

  /// Goes to the next row; false at the end, or on an error.
  bool next();
  /// Runs a statement that has no rows.
  Status run();
  Status status() const;

  /// The columns of the row, read from left to right.
  int64_t integer() { return sqlite3_column_int64(statement_, column_++); }
  uint64_t unsigned_integer() { return static_cast<uint64_t>(integer()); }
  double real() { return sqlite3_column_double(statement_, column_++); }
  std::string text();

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_;
  int parameter_ = 1;
  int column_ = 0;
  int code_ = SQLITE_OK;
};

/// One connection, with its prepared statements. One thread at a time.
class Database {
 public:
  enum class Mode { kReadOnly, kReadWrite };

  /// Fails with kNotFound if a file to be read is not there.
  static Result<std::shared_ptr<Database>> open(const std::filesystem::path& file, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs SQL that takes and gives nothing.
  Status execute(const std::string& sql);
  /// A statement, prepared once for each text. `sql` is a literal.
  Query query(const char* sql);
  /// Whether the last call failed because the file is damaged, or is no database.
  bool is_damaged() const;

  const std::filesystem::path& file() const { return file_; }

 private:
  Database(sqlite3* db, std::filesystem::path file) : db_(db), file_(std::move(file)) {}
  sqlite3* db_;
  std::filesystem::path file_;
  std::map<const char*, sqlite3_stmt*> statements_;
};

/// A transaction that is undone unless it was committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace sluice::catalog
