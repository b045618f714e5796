#include "tools/top/summary.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/base/units.h"
#include "tools/top/columns.h"

namespace sluice::tools::top {
namespace {

constexpr double kShortOfTime = 10;  // seconds that the arena still holds
constexpr double kBusy = 0.9;        // of an lcore's time

Line labelled(std::string_view label) {
  return {fmt::format("{:<10}", label), Style::kFaint};
}

Style alarm_if(bool alarm) {
  return alarm ? Style::kAlarm : Style::kPlain;
}

std::string states(const Picture& picture) {
  std::map<std::string, size_t> counts;
  for (const StreamRow& row : picture.streams) {
    ++counts[row.state];
  }
  std::string text = fmt::format("{} streams", picture.streams.size());
  const char* separator = ": ";
  for (const char* state : {"receiving", "silent", "failed", "waiting", "down"}) {
    if (const auto found = counts.find(state); found != counts.end()) {
      text += fmt::format("{}{} {}", separator, found->second, state);
      separator = ", ";
    }
  }
  return text;
}

Line title(const Picture& picture, const View& view, size_t width) {
  const auto second = std::chrono::floor<std::chrono::seconds>(picture.utc);
  const std::string clock =
      fmt::format("{}{:%H:%M:%S} UTC", view.paused ? "PAUSED  " : "",
                  fmt::gmtime(std::chrono::system_clock::to_time_t(
                      std::chrono::time_point_cast<std::chrono::system_clock::duration>(second))));
  Line line("sluice top  ", Style::kTitle);
  line.add(states(picture));
  const size_t room = width > line.width() + clock.size() ? width - line.width() - clock.size() : 1;
  return line.add(std::string(room, ' ')).add(clock, view.paused ? Style::kWarning : Style::kPlain);
}

void add_missing(const Picture& picture, Frame& out) {
  if (!picture.dataplane_running && !picture.control_running) {
    out.emplace_back("not running: nobody works with this arena; waiting for one who does",
                     Style::kAlarm);
  } else if (!picture.dataplane_running) {
    out.emplace_back("sluice-dataplane is not running: nothing is captured", Style::kAlarm);
  } else if (!picture.control_running) {
    out.emplace_back("sluice-control is not running: nothing is stored", Style::kAlarm);
  }
}

Line traffic(const Picture& picture) {
  return labelled("in")
      .add(fmt::format("{} Mbit/s, {} datagrams/s, {} since the start",
                       megabits(picture.bits_per_second), compact_rate(picture.datagrams.rate),
                       compact(picture.datagrams.total)))
      .add(fmt::format("; CC errors {}/s", compact_rate(picture.cc_errors.rate)),
           picture.cc_errors.rate > 0 ? Style::kWarning : Style::kPlain);
}

Line drops(const Picture& picture) {
  Line line = labelled("dropped");
  if (picture.drops.empty()) {
    return line.add("nothing", Style::kGood);
  }
  std::vector<DropRow> rows = picture.drops;
  std::ranges::stable_sort(rows, std::ranges::greater{},
                           [](const DropRow& row) { return row.count.rate; });
  for (size_t i = 0; i < rows.size(); ++i) {
    const Count& count = rows[i].count;
    line.add((i == 0 ? "" : ", ") + compact(count.total) + " " + rows[i].reason +
                 (count.rate > 0 ? " (" + compact_rate(count.rate) + "/s)" : ""),
             alarm_if(count.rate > 0));
  }
  return line;
}

Line stores(const Picture& picture) {
  Line line = labelled("arena");
  line.add(fmt::format("{} of {} used", format_size(picture.arena_used),
                       format_size(picture.arena_size)));
  if (picture.arena_seconds) {
    line.add(fmt::format(", {:.0f} s left", *picture.arena_seconds),
             alarm_if(*picture.arena_seconds < kShortOfTime));
  }
  const bool good = picture.store_state == "ok";
  line.add("; store ").add(picture.store_state, good ? Style::kGood : Style::kAlarm);
  if (picture.segments_waiting > 0) {
    line.add(fmt::format(", {} segments waiting", compact(picture.segments_waiting)));
  }
  if (!picture.store_error.empty() && !good) {
    line.add(": " + picture.store_error, Style::kAlarm);
  }
  return line;
}

Line port(const PortRow& row, bool first) {
  Line line = labelled(first ? "port" : "");
  line.add(row.device + " ")
      .add(row.link_up ? "up" : "DOWN", row.link_up ? Style::kGood : Style::kAlarm)
      .add(fmt::format(", {} Mbit/s, {} datagrams/s", megabits(row.bits_per_second),
                       compact_rate(row.datagrams.rate)));
  const auto bad = [&line](const char* what, const Count& count) {
    if (count.total > 0) {
      line.add(fmt::format(", {} {} ({}/s)", compact(count.total), what, compact_rate(count.rate)),
               alarm_if(count.rate > 0));
    }
  };
  bad("missed", row.missed);
  bad("errors", row.errors);
  return line;
}

void add_ports(const Picture& picture, size_t at_most, Frame& out) {
  const size_t count = picture.ports.size();
  const size_t lines = count > at_most ? at_most - 1 : count;
  for (size_t i = 0; i < lines; ++i) {
    out.push_back(port(picture.ports[i], i == 0));
  }
  if (lines < count) {
    out.push_back(labelled(lines == 0 ? "port" : "")
                      .add(fmt::format("and {} more: press p", count - lines), Style::kFaint));
  }
}

Line lcores(const Picture& picture, size_t width) {
  Line line = labelled("lcores");
  for (size_t i = 0; i < picture.lcores.size(); ++i) {
    const LcoreRow& row = picture.lcores[i];
    const std::string text =
        fmt::format("{}{} {} {:.0f}%", i == 0 ? "" : ", ", row.cpu, row.role, row.busy * 100);
    constexpr size_t kRoomToSayMore = 8;
    if (line.width() + text.size() + kRoomToSayMore > width && i + 1 < picture.lcores.size()) {
      return line.add(", ... p", Style::kFaint);
    }
    line.add(text, row.busy > kBusy ? Style::kWarning : Style::kPlain);
  }
  return line;
}

}  // namespace

Frame summary(const Picture& picture, const View& view, const Size& size) {
  constexpr size_t kRowsAPortLine = 8;
  Frame out{title(picture, view, size.columns)};
  add_missing(picture, out);
  out.push_back(traffic(picture));
  out.push_back(drops(picture));
  out.push_back(stores(picture));
  add_ports(picture, std::max<size_t>(size.rows / kRowsAPortLine, 1), out);
  if (!picture.lcores.empty()) {
    out.push_back(lcores(picture, size.columns));
  }
  return out;
}

}  // namespace sluice::tools::top
