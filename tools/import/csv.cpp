#include "tools/import/csv.h"

#include <algorithm>

#include "tools/import/list_reader.h"

namespace sluice::tools::import {
namespace {

constexpr size_t kMostFields = 256;

std::string trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return {};
  }
  return std::string(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
}

}  // namespace

bool CsvReader::Row::blank() const {
  return std::ranges::all_of(fields, &std::string::empty);
}

/// Takes a line's end, if there is one here.
bool CsvReader::end_line() {
  if (rest_.empty() || (rest_[0] != '\r' && rest_[0] != '\n')) {
    return false;
  }
  rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
  ++line_;
  return true;
}

/// Takes a quoted field and what strays behind its closing quote.
std::string CsvReader::quoted(bool& sound) {
  std::string text;
  rest_.remove_prefix(1);
  while (true) {
    if (rest_.empty() || text.size() > kLongestLine) {
      sound = false;
      return text;
    }
    if (rest_.starts_with("\"\"")) {
      text += '"';
      rest_.remove_prefix(2);
    } else if (rest_[0] == '"') {
      rest_.remove_prefix(1);
      return text + plain();
    } else if (end_line()) {
      text += ' ';
    } else {
      text += rest_[0];
      rest_.remove_prefix(1);
    }
  }
}

std::string CsvReader::plain() {
  const char ends[] = {separator_, '\r', '\n'};
  const size_t length = std::min(rest_.find_first_of({ends, sizeof ends}), rest_.size());
  const std::string text = trimmed(rest_.substr(0, length));
  rest_.remove_prefix(length);
  return text;
}

std::optional<CsvReader::Row> CsvReader::next() {
  if (rest_.empty()) {
    return std::nullopt;
  }
  Row row{.line = line_, .fields = {}};
  while (true) {
    const size_t spaces = std::min(rest_.find_first_not_of(' '), rest_.size());
    std::string field;
    if (rest_.substr(spaces).starts_with('"')) {
      rest_.remove_prefix(spaces);
      field = trimmed(quoted(row.sound));
    } else {
      field = plain();
    }
    row.sound &= field.size() <= kLongestLine && row.fields.size() < kMostFields;
    if (row.sound) {
      row.fields.push_back(std::move(field));
    }
    if (rest_.empty() || end_line()) {
      return row;
    }
    rest_.remove_prefix(1);  // the separator
  }
}

}  // namespace sluice::tools::import
