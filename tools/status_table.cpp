#include "tools/status_table.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ostream>
#include <string>
#include <vector>

#include "config/base/units.h"

namespace sluice::tools {
namespace {

using Row = std::vector<std::string>;

/// Columns as wide as their widest cell: the first `texts` to the left, numbers to the right.
void print_table(const std::vector<Row>& rows, size_t texts, std::ostream& out) {
  std::vector<size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      line += (i == 0 ? "" : "  ") + (i < texts ? row[i] + padding : padding + row[i]);
    }
    out << line << "\n";
  }
}

std::string seconds(const api::Json& value) {
  if (value.is_null()) {
    return "-";
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f s", value.get<double>());
  return text.data();
}

std::string number(const api::Json& value) {
  return std::to_string(value.get<uint64_t>());
}

void print_summary(const api::Json& status, std::ostream& out) {
  out << "datagrams  " << number(status["received"]) << " received, " << number(status["committed"])
      << " committed, " << number(status["in_flight"]) << " in flight\n";
  std::string drops;
  for (const auto& [reason, count] : status["drops"].items()) {
    drops += (drops.empty() ? "" : ", ") + number(count) + " " + reason;
  }
  out << "dropped    " << (drops.empty() ? "none" : drops) << "\n";
  const api::Json& arena = status["arena"];
  out << "arena      " << format_size(arena["used"].get<uint64_t>()) << " of "
      << format_size(arena["size"].get<uint64_t>()) << " used, " << seconds(arena["seconds_left"])
      << " left\n";
  const api::Json& store = status["store"];
  const std::string error = store.value("error", "");
  out << "store      " << store["state"].get<std::string>() << (error.empty() ? "" : ": " + error)
      << "\n";
}

void print_ports(const api::Json& ports, std::ostream& out) {
  if (ports.empty()) {
    return;
  }
  std::vector<Row> rows{{"PORT", "RECEIVED", "MISSED"}};
  for (const api::Json& port : ports) {
    rows.push_back(
        {port["device"].get<std::string>(), number(port["received"]), number(port["missed"])});
  }
  out << "\n";
  print_table(rows, 1, out);
}

void print_streams(const api::Json& streams, std::ostream& out) {
  std::vector<Row> rows{
      {"STREAM", "STATE", "RECEIVED", "TS PACKETS", "CC ERRORS", "SEALED", "STORED", "LAG"}};
  for (const api::Json& stream : streams) {
    rows.push_back({stream["name"].get<std::string>(), stream["state"].get<std::string>(),
                    number(stream["received"]), number(stream["ts_packets"]),
                    number(stream["cc_errors"]), number(stream["segments_sealed"]),
                    number(stream["segments_stored"]), seconds(stream["lag_seconds"])});
  }
  out << "\n";
  print_table(rows, 2, out);
}

}  // namespace

void print_status(const api::Json& status, std::ostream& out) {
  print_summary(status, out);
  print_ports(status["ports"], out);
  print_streams(status["streams"], out);
}

}  // namespace sluice::tools
