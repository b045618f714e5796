#include <fmt/format.h>

#include "tools/top/columns.h"
#include "tools/top/frame.h"

namespace sluice::tools::top {
namespace {

using api::Json;

/// What a list's elements are called: by their name, or else counted.
std::string name_of(const Json& element, size_t number) {
  for (const char* key : {"device", "name"}) {
    if (element.is_object() && element.contains(key)) {
      return element[key].get<std::string>();
    }
  }
  return std::to_string(number);
}

const Json& member(const Json& of, const std::string& key) {
  static const Json kNone;
  const auto found = of.is_object() ? of.find(key) : of.end();
  return found == of.end() ? kNone : *found;
}

std::string plain(const Json& value) {
  return value.is_null()     ? "-"
         : value.is_string() ? value.get<std::string>()
                             : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string with_rate(const Json& before, const Json& now, double seconds) {
  std::string text = plain(now);
  if (now.is_number_unsigned() && before.is_number_unsigned() && seconds > 0) {
    const auto from = before.get<uint64_t>();
    const auto to = now.get<uint64_t>();
    if (to > from) {
      text += fmt::format("  (+{}/s)", compact_rate(static_cast<double>(to - from) / seconds));
    }
  }
  return text;
}

}  // namespace

void describe(const Json& before, const Json& now, double seconds, size_t indent, Frame& out) {
  const std::string space(indent, ' ');
  if (now.is_array()) {
    for (size_t i = 0; i < now.size(); ++i) {
      const bool same = i < before.size() && name_of(before[i], i) == name_of(now[i], i);
      out.emplace_back(space + name_of(now[i], i), Style::kTitle);
      describe(same ? before[i] : now[i], now[i], seconds, indent + 2, out);
    }
    return;
  }
  for (const auto& [key, value] : now.items()) {
    if (value.is_structured()) {
      out.emplace_back(space + key + (value.empty() ? "  none" : ""), Style::kPlain);
      describe(member(before, key), value, seconds, indent + 2, out);
    } else {
      out.emplace_back(
          fmt::format("{}{:<20}  {}", space, key, with_rate(member(before, key), value, seconds)),
          Style::kPlain);
    }
  }
}

Frame help() {
  constexpr const char* kText[] = {
      "Keys",
      "  Up Down PgUp PgDn Home End   move (also j k g G)",
      "  < >  (also Left Right)       sort by the column to the left, to the right",
      "  r                            the other way round",
      "  /                            search in names, groups, sources and states",
      "  t                            only trouble: not receiving, CC errors now, drops now",
      "  Enter                        everything about the selected stream",
      "  p                            everything about ports, lcores, arena and store",
      "  Space                        hold the picture, and go on",
      "  Esc                          back; forget the search",
      "  q  (also Ctrl-C)             quit",
      "",
      "Columns",
      "  STATE     waiting: nothing came yet; silent: nothing for 2 s; down: no dataplane",
      "  MBIT/S    TS packets taken from the stream; PKT/S: its datagrams",
      "  CC/S      continuity errors a second; CC ERR: since the counters began",
      "  DROPS     datagrams that were not archived, each for a named reason (see Enter)",
      "  LAG       how far the archive is behind what has arrived",
      "  WAITING   segments that are sealed and not stored yet",
      "",
      "Red: silent, down, or dropping now. Yellow: CC errors now, or waiting.",
      "A wider window has more columns.",
  };
  Frame out;
  for (const char* line : kText) {
    const bool title = line[0] != ' ' && line[0] != '\0' && std::string_view(line).size() < 10;
    out.emplace_back(line, title ? Style::kTitle : Style::kPlain);
  }
  return out;
}

}  // namespace sluice::tools::top
