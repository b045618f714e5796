#include "tools/analyze/print_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <vector>

#include "config/base/units.h"
#include "config/base/utc.h"

namespace sluice::tools::analyze {
namespace {

using Row = std::vector<std::string>;

/// Characters, where a byte that goes on with one is none (names of services are UTF-8).
size_t width(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

/// Columns as wide as their widest cell. @param sides  a letter a column: l to the left, r to the
/// right
void print_table(const std::vector<Row>& rows, const std::string& sides, std::ostream& out) {
  std::vector<size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width(row[i]), ' ');
      line += "  " + (sides[i] == 'l' ? row[i] + padding : padding + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << "\n";
  }
  out << "\n";
}

std::string pid_text(const Json& pid) {
  return pid.is_null() ? "none" : fmt::format("0x{:04x}", pid.get<unsigned>());
}

std::string bits(const Json& value) {
  return value.is_null() ? "-" : fmt::format("{:.3f}", value.get<double>() / 1e6);
}

std::string count(const Json& value) {
  const auto n = value.get<uint64_t>();
  return n == 0 ? "-" : std::to_string(n);
}

/// "20.0 / 20.1 / 22.3"
std::string spread(const Json& value) {
  if (value.is_null()) return "-";
  return fmt::format("{:.1f} / {:.1f} / {:.1f}", value["min"].get<double>(),
                     value["mean"].get<double>(), value["max"].get<double>());
}

void print_summary(const Json& report, std::ostream& out) {
  const std::string clock = report["clock"];
  out << report["input"].get<std::string>() << "\n";
  const double length = report["seconds"];
  out << fmt::format("  {} packets of {} bytes", report["packets"].get<uint64_t>(),
                     report["packet_size"].get<uint64_t>());
  if (clock == "none") {
    out << ", no PCR and so no time\n";
  } else {
    out << fmt::format(", {:.3f} s by {}", length, clock == "pcr" ? "the PCR" : "arrival");
    const Json& rate = report["bitrate"];
    if (!rate.is_null()) {
      out << fmt::format(", {} Mbit/s", bits(rate["mean"]));
      if (!rate["min"].is_null()) {
        out << fmt::format(" ({} to {} over 1 s)", bits(rate["min"]), bits(rate["max"]));
      }
    }
    out << "\n";
  }
  if (!report["start"].is_null()) out << "  from " << report["start"].get<std::string>() << "\n";
  if (!report["complete"].get<bool>()) out << "  stopped before the end\n";
  if (const auto n = report["skipped_bytes"].get<uint64_t>()) {
    out << "  " << n << " bytes are in no packet\n";
  }
  if (const auto n = report["datagrams_without_ts"].get<uint64_t>()) {
    out << "  " << n << " datagrams hold no TS packets\n";
  }
  if (const auto n = report["datagrams_dropped_here"].get<uint64_t>()) {
    out << "  " << n << " datagrams were dropped by this machine, not by the network\n";
  }
  const Json& rtp = report["rtp"];
  if (!rtp.is_null()) {
    out << fmt::format("  RTP: {} packets, {} lost, {} out of order, {} twice\n",
                       rtp["received"].get<uint64_t>(), rtp["lost"].get<uint64_t>(),
                       rtp["reordered"].get<uint64_t>(), rtp["duplicates"].get<uint64_t>());
  }
  out << "\n";
}

void print_flows(const Json& flows, std::ostream& out) {
  if (flows.size() < 2) return;
  std::vector<Row> rows{{"FLOW", "TS PACKETS", ""}};
  for (const Json& flow : flows) {
    rows.push_back({flow["url"], std::to_string(flow["ts_packets"].get<uint64_t>()),
                    flow["chosen"].get<bool>() ? "this one; others with --flow" : ""});
  }
  print_table(rows, "lrl", out);
}

void print_programs(const Json& programs, std::ostream& out) {
  if (programs.empty()) {
    out << "  No PAT names a programme.\n\n";
    return;
  }
  std::vector<Row> rows{{"PROGRAMME", "SERVICE", "PROVIDER", "PMT", "PCR", "STREAMS"}};
  for (const Json& program : programs) {
    std::string streams;
    for (const Json& stream : program["streams"]) {
      const std::string language = stream["language"];
      streams += (streams.empty() ? "" : ", ") + stream["kind"].get<std::string>() +
                 (language.empty() ? "" : " (" + language + ")");
    }
    const bool has_pmt = program["has_pmt"];
    rows.push_back({std::to_string(program["number"].get<unsigned>()), program["service"],
                    program["provider"], pid_text(program["pmt_pid"]),
                    has_pmt ? pid_text(program["pcr_pid"]) : "-",
                    has_pmt ? streams : "no PMT came"});
  }
  print_table(rows, "rlllll", out);
}

void print_pids(const Json& pids, std::ostream& out) {
  std::vector<Row> rows{{"PID", "CARRIES", "PROGRAMME", "PACKETS", "MBIT/S", "MIN", "MAX",
                         "CC ERRORS", "TEI", "SCRAMBLED"}};
  for (const Json& pid : pids) {
    const std::string kind = pid["kind"];
    const std::string language = pid["language"];
    const Json& rate = pid["bitrate"];
    rows.push_back(
        {pid_text(pid["pid"]),
         (kind.empty() ? "in no table" : kind) + (language.empty() ? "" : " (" + language + ")"),
         pid["program"].is_null() ? "-" : std::to_string(pid["program"].get<unsigned>()),
         std::to_string(pid["packets"].get<uint64_t>()), rate.is_null() ? "-" : bits(rate["mean"]),
         rate.is_null() ? "-" : bits(rate["min"]), rate.is_null() ? "-" : bits(rate["max"]),
         count(pid["continuity_errors"]), count(pid["transport_errors"]), count(pid["scrambled"])});
  }
  print_table(rows, "llrrrrrrrr", out);
}

void print_clocks(const Json& pids, bool arrived, std::ostream& out) {
  std::vector<Row> rows{
      {"PCR PID", "PCRS", "JUMPS", "INTERVAL MS (MIN/MEAN/MAX)", "ACCURACY", "ARRIVAL JITTER MS"}};
  for (const Json& pid : pids) {
    const Json& pcr = pid["pcr"];
    if (pcr.is_null()) continue;
    rows.push_back({pid_text(pid["pid"]), std::to_string(pcr["count"].get<uint64_t>()),
                    count(pcr["jumps"]), spread(pcr["interval_ms"]),
                    pcr["accuracy_ns"].is_null()
                        ? "not constant bitrate"
                        : fmt::format("within {} ns", pcr["accuracy_ns"].get<int64_t>()),
                    spread(pcr["arrival_jitter_ms"])});
    if (!arrived) rows.back().pop_back();
  }
  if (!arrived) rows.front().pop_back();
  if (rows.size() > 1) print_table(rows, "lrrrrr", out);
}

void print_time_stamps(const Json& pids, std::ostream& out) {
  std::vector<Row> rows{
      {"PID", "CARRIES", "PTS", "INTERVAL MS (MIN/MEAN/MAX)", "PTS - PCR MS", "PTS - DTS MS"}};
  for (const Json& pid : pids) {
    const Json& pts = pid["pts"];
    if (pts.is_null()) continue;
    rows.push_back({pid_text(pid["pid"]), pid["kind"], std::to_string(pts["count"].get<uint64_t>()),
                    spread(pts["interval_ms"]), spread(pts["ahead_of_pcr_ms"]),
                    spread(pts["ahead_of_dts_ms"])});
  }
  if (rows.size() > 1) print_table(rows, "llrrrr", out);
}

/// Where times count from a start in UTC, they are given in UTC.
std::string time_text(const Json& seconds, const std::optional<Utc>& start) {
  if (seconds.is_null()) return "-";
  if (seconds.is_string()) return seconds;
  const double value = seconds;
  if (start) {
    return rfc3339_ms(*start + std::chrono::nanoseconds(static_cast<int64_t>(value * 1e9)));
  }
  const auto ms = std::llround(std::max(value, 0.0) * 1000);
  return fmt::format("{}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60,
                     ms % 1000);
}

}  // namespace

void print_indicators(const Json& indicators, const Json& start, std::ostream& out) {
  const auto utc = start.is_null() ? std::nullopt : parse_rfc3339(start.get<std::string>());
  std::vector<Row> rows{{"TR 101 290", "INDICATOR", "LIMIT", "COUNT", "FIRST", "LAST"}};
  std::string notes;
  for (const Json& one : indicators) {
    const Json& why = one["not_judged"];
    const bool is_judged = why.is_null() || one["count"] != 0;
    rows.push_back({one["number"], one["name"], one["limit"],
                    is_judged ? std::to_string(one["count"].get<uint64_t>()) : "not judged",
                    time_text(one["first"], utc), time_text(one["last"], utc)});
    if (!is_judged) {
      notes += "  " + one["number"].get<std::string>() +
               " is not judged: " + why.get<std::string>() + "\n";
    }
  }
  print_table(rows, "lllrll", out);
  if (!notes.empty()) out << notes << "\n";
}

void print_report(const Json& report, std::ostream& out) {
  print_summary(report, out);
  print_flows(report["flows"], out);
  print_programs(report["programs"], out);
  print_pids(report["pids"], out);
  print_clocks(report["pids"], report["clock"] == "arrival", out);
  print_time_stamps(report["pids"], out);
  print_indicators(report["indicators"], report["start"], out);
}

}  // namespace sluice::tools::analyze
