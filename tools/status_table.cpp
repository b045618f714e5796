#include "tools/status_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "config/base/units.h"
#include "tools/top/columns.h"

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
  return fmt::format("{:.1f} s", value.get<double>());
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

void print_ports(const std::vector<top::PortRow>& ports, std::ostream& out) {
  std::vector<Row> rows{{"PORT", "LINK", "MBIT/S", "RECEIVED", "MISSED", "ERRORS"}};
  for (const top::PortRow& port : ports) {
    rows.push_back({port.device, port.link_up ? "up" : "down", top::megabits(port.bits_per_second),
                    std::to_string(port.datagrams.total), std::to_string(port.missed.total),
                    std::to_string(port.errors.total)});
  }
  print_table(rows, 2, out);
}

void print_lcores(const std::vector<top::LcoreRow>& lcores, std::ostream& out) {
  std::vector<Row> rows{{"LCORE", "CPU", "BUSY"}};
  for (const top::LcoreRow& lcore : lcores) {
    rows.push_back(
        {lcore.role, std::to_string(lcore.cpu), fmt::format("{:.0f} %", lcore.busy * 100)});
  }
  print_table(rows, 1, out);
}

void print_streams(const top::Picture& picture, std::ostream& out) {
  std::vector<Row> rows{{"STREAM", "STATE", "MBIT/S", "RECEIVED", "TS PACKETS", "CC ERRORS",
                         "DROPS", "SEALED", "STORED", "LAG"}};
  for (const top::StreamRow& stream : picture.streams) {
    const api::Json& json = picture.status["streams"][stream.index];
    rows.push_back({stream.name, stream.state, top::megabits(stream.bits_per_second),
                    std::to_string(stream.datagrams.total), number(json["ts_packets"]),
                    std::to_string(stream.cc_errors.total), std::to_string(stream.drops.total),
                    std::to_string(stream.sealed), std::to_string(stream.stored),
                    seconds(json["lag_seconds"])});
  }
  print_table(rows, 2, out);
}

}  // namespace

void print_status(const top::Picture& picture, std::ostream& out) {
  print_summary(picture.status, out);
  if (!picture.ports.empty()) {
    out << "\n";
    print_ports(picture.ports, out);
  }
  if (!picture.lcores.empty()) {
    out << "\n";
    print_lcores(picture.lcores, out);
  }
  out << "\n";
  print_streams(picture, out);
}

}  // namespace sluice::tools
