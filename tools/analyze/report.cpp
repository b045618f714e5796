#include "tools/analyze/report.h"

#include <cmath>

#include "config/base/utc.h"

namespace sluice::tools::analyze {
namespace {

using media::Indicator;

double rounded(double value, double steps) {
  return std::round(value * steps) / steps;
}

Json spread_json(const Spread& spread, double steps) {
  if (spread.count() == 0) return nullptr;
  return {{"min", rounded(spread.least(), steps)},
          {"mean", rounded(spread.mean(), steps)},
          {"max", rounded(spread.greatest(), steps)}};
}

/// Over whole seconds; what is shorter has a mean alone.
Json bitrate_json(const Spread& seconds, uint64_t packets, double length) {
  if (length <= 0) return nullptr;
  const double mean = static_cast<double>(packets * media::kTsPacketSize * 8) / length;
  Json json{{"min", nullptr}, {"mean", std::round(mean)}, {"max", nullptr}};
  if (seconds.count() > 0) {
    json["min"] = seconds.least();
    json["max"] = seconds.greatest();
  }
  return json;
}

Json pcr_json(const PcrFigures& pcr, Measurement::Times times) {
  Json json{{"count", pcr.count},
            {"jumps", pcr.jumps},
            {"interval_ms", spread_json(pcr.interval_ms, 1000)},
            {"accuracy_ns", pcr.judged > 0 ? Json(pcr.worst_ns) : Json()},
            {"arrival_jitter_ms", nullptr}};
  if (times == Measurement::Times::kArrival) {
    json["arrival_jitter_ms"] = spread_json(pcr.arrival_ms, 1000);
  }
  return json;
}

Json pts_json(const PtsFigures& pts) {
  return {{"count", pts.count},
          {"interval_ms", spread_json(pts.interval_ms, 1000)},
          {"ahead_of_pcr_ms", spread_json(pts.ahead_of_pcr_ms, 1000)},
          {"ahead_of_dts_ms", spread_json(pts.ahead_of_dts_ms, 1000)}};
}

Json pids_json(const Measurement& m) {
  Json pids = Json::array();
  for (const auto& figures : m.pids()) {
    if (!figures) continue;
    const PidFigures& f = *figures;
    const uint16_t program = m.services().program_of(f.pid);
    pids.push_back({{"pid", f.pid},
                    {"kind", m.services().kind(f.pid)},
                    {"language", m.services().language(f.pid)},
                    {"program", program == 0 ? Json() : Json(program)},
                    {"packets", f.packets},
                    {"bitrate", bitrate_json(f.bits_per_second, f.packets, m.seconds())},
                    {"continuity_errors", f.continuity_errors},
                    {"duplicates", f.duplicates},
                    {"transport_errors", f.transport_errors},
                    {"scrambled", f.scrambled},
                    {"pcr", f.pcr ? pcr_json(*f.pcr, m.times()) : Json()},
                    {"pts", f.pts ? pts_json(*f.pts) : Json()}});
  }
  return pids;
}

Json programs_json(const Services& services) {
  Json programs = Json::array();
  for (const auto& [number, program] : services.programs()) {
    Json streams = Json::array();
    for (const StreamEntry& stream : program.streams) {
      streams.push_back({{"pid", stream.pid},
                         {"stream_type", stream.stream_type},
                         {"kind", stream.kind},
                         {"language", stream.language}});
    }
    programs.push_back(
        {{"number", number},
         {"service", program.service},
         {"provider", program.provider},
         {"pmt_pid", program.pmt_pid},
         {"has_pmt", program.has_pmt},
         {"pcr_pid", program.pcr_pid == media::kNullPid ? Json() : Json(program.pcr_pid)},
         {"streams", streams}});
  }
  return programs;
}

Json rtp_json(const RtpCount& rtp) {
  return {{"ssrc", rtp.ssrc()},           {"payload_type", rtp.payload_type()},
          {"received", rtp.received()},   {"lost", rtp.lost()},
          {"reordered", rtp.reordered()}, {"duplicates", rtp.duplicates()},
          {"sources", rtp.sources()}};
}

bool needs_clock(Indicator indicator) {
  switch (indicator) {
    case Indicator::kPatError2:
    case Indicator::kPmtError2:
    case Indicator::kPidError:
    case Indicator::kPcrRepetitionError:
    case Indicator::kPtsError:
    case Indicator::kCatError:
      return true;
    default:
      return false;
  }
}

std::string why_not_judged(Indicator indicator, const Measurement& m) {
  if (m.times() == Measurement::Times::kNone && needs_clock(indicator)) {
    return "a file without PCR has no time";
  }
  if (indicator != Indicator::kPcrAccuracyError) return {};
  const media::Tr101290Monitor& monitor = m.monitor();
  if (monitor.pcrs_judged() > 0) return {};
  return monitor.pcrs_not_judged() > 0 ? "the bitrate is not constant" : "too few PCRs";
}

Json indicators_json(const Measurement& m) {
  Json indicators = Json::array();
  const auto since_start = [&](int64_t ns) {
    return rounded(static_cast<double>(ns - m.start_ns()) / 1e9, 1000);
  };
  for (size_t i = 0; i < media::kIndicatorCount; ++i) {
    const auto indicator = static_cast<Indicator>(i);
    const media::IndicatorCount& entry = m.monitor().counts()[indicator];
    const bool raised = entry.count > 0;
    indicators.push_back(indicator_json(
        indicator, entry.count, raised ? Json(since_start(entry.first_ns)) : Json(),
        raised ? Json(since_start(entry.last_ns)) : Json(), why_not_judged(indicator, m)));
  }
  return indicators;
}

}  // namespace

Json indicator_json(Indicator indicator, uint64_t count, Json first, Json last,
                    const std::string& not_judged) {
  const media::IndicatorInfo& about = media::info(indicator);
  return {{"number", about.number},
          {"name", about.name},
          {"priority", about.priority},
          {"limit", about.limit},
          {"count", count},
          {"first", std::move(first)},
          {"last", std::move(last)},
          {"not_judged", not_judged.empty() ? Json() : Json(not_judged)}};
}

Json report_json(const Origin& origin, const Measurement& m) {
  static constexpr const char* kClocks[] = {"none", "pcr", "arrival"};
  Json json{{"input", origin.input},
            {"kind", origin.kind},
            {"clock", kClocks[static_cast<size_t>(m.times())]},
            {"start", nullptr},
            {"seconds", rounded(m.seconds(), 1000)},
            {"complete", !origin.was_stopped},
            {"packet_size", origin.packet_size},
            {"packets", m.packets()},
            {"skipped_bytes", origin.skipped},
            {"datagrams", origin.datagrams > 0 ? Json(origin.datagrams) : Json()},
            {"datagrams_without_ts", origin.no_ts},
            {"datagrams_dropped_here", origin.dropped},
            {"bitrate", bitrate_json(m.bits_per_second(), m.packets(), m.seconds())},
            {"transport_stream_id", m.services().transport_stream_id()}};
  if (m.times() == Measurement::Times::kArrival) {
    json["start"] = rfc3339_ms(utc_from_ns(m.start_ns()));
  }
  json["flows"] = Json::array();
  for (const Flow& flow : origin.flows) {
    json["flows"].push_back(
        {{"url", flow.url}, {"ts_packets", flow.ts_packets}, {"chosen", flow.is_chosen}});
  }
  json["programs"] = programs_json(m.services());
  json["pids"] = pids_json(m);
  json["rtp"] = origin.rtp && origin.rtp->received() > 0 ? rtp_json(*origin.rtp) : Json();
  json["indicators"] = indicators_json(m);
  return json;
}

}  // namespace sluice::tools::analyze
