#include "tools/analyze/running_stream.h"

#include <cstring>
#include <ostream>

#include "config/base/utc.h"
#include "config/load.h"
#include "storage/arena/stats.h"
#include "tools/analyze/print_report.h"

namespace sluice::tools::analyze {
namespace {

Json time_json(const arena::Counter& ns) {
  return ns.get() == 0 ? Json() : Json(rfc3339_ms(utc_from_ns(static_cast<int64_t>(ns.get()))));
}

Json stream_json(const std::string& name, const arena::StreamStats& stats) {
  Json indicators = Json::array();
  for (size_t i = 0; i < media::kIndicatorCount; ++i) {
    const arena::IndicatorStats& one = stats.tr101290[i];
    indicators.push_back(indicator_json(static_cast<media::Indicator>(i), one.count.get(),
                                        time_json(one.first_ns), time_json(one.last_ns), ""));
  }
  return {{"input", name},
          {"kind", "appliance"},
          {"state", to_string(static_cast<arena::StreamState>(stats.state.get()))},
          {"datagrams", stats.received.get()},
          {"packets", stats.ts_packets.get()},
          {"scrambled", stats.scrambled.get()},
          {"rtp_lost", stats.rtp_lost.get()},
          {"last_arrival", time_json(stats.last_arrival_ns)},
          {"indicators", indicators}};
}

}  // namespace

Result<Json> running_stream(const std::filesystem::path& config, const std::string& name) {
  const auto appliance = config::load(config);
  if (!appliance) return fail(to_string(appliance.error()));
  const auto page = arena::StatsFile::read(arena::stats_path(appliance->arena.path));
  if (!page) return fail("not running: " + page.error().message + "; start it with `sluice run`");
  std::string known;
  for (const arena::StreamStats& stats : (*page)->streams) {
    const std::string its_name(stats.name, strnlen(stats.name, sizeof stats.name));
    if (its_name.empty()) continue;
    if (its_name == name) return stream_json(name, stats);
    known += (known.empty() ? "" : ", ") + its_name;
  }
  return fail("the appliance has no stream \"" + name + "\"; it has: " + known);
}

void print_running(const Json& report, std::ostream& out) {
  out << report["input"].get<std::string>() << ": " << report["state"].get<std::string>() << ", "
      << report["datagrams"] << " datagrams, " << report["packets"] << " packets";
  if (report["rtp_lost"] != 0) out << ", " << report["rtp_lost"] << " lost by RTP";
  if (report["scrambled"] != 0) out << ", " << report["scrambled"] << " scrambled";
  out << "\n\n";
  print_indicators(report["indicators"], nullptr, out);
}

}  // namespace sluice::tools::analyze
