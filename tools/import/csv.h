#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tools::import {

/// Rows of a table of text (RFC 4180, with a separator of choice): fields may stand in double
/// quotes, which then hold separators, line ends and doubled quotes. Lines end in LF, CRLF or CR.
class CsvReader {
 public:
  struct Row {
    size_t line;                      ///< on which it begins, from 1
    std::vector<std::string> fields;  ///< without spaces around them
    bool sound = true;                ///< false: too long, or a quote is not closed

    bool blank() const;
  };

  CsvReader(std::string_view text, char separator) : rest_(text), separator_(separator) {}

  std::optional<Row> next();

 private:
  std::string quoted(bool& sound);
  std::string plain();
  bool end_line();

  std::string_view rest_;
  const char separator_;
  size_t line_ = 1;
};

}  // namespace sluice::tools::import
