#include "control/api/archive_json.h"

#include <map>
#include <vector>

#include "control/api/json_response.h"
#include "control/api/query_time.h"

namespace sluice::api {
namespace {

constexpr double kClock = 90'000;

Json media_json(const std::string& name, const catalog::Stream& stream) {
  const std::string path = "/streams/" + name;
  return {{"name", name},
          {"codecs", stream.codecs},
          {"width", stream.width},
          {"height", stream.height},
          {"frame_rate", stream.frame_rate},
          {"live", path + "/live.m3u8"},
          {"archive", path + "/archive.m3u8"}};
}

Json pids_json(const arena::FaultyPids& faulty) {
  Json list = Json::array();
  for (const arena::PidFaults& faults : faulty.pids) {
    if (faults.empty()) {
      break;
    }
    list.push_back({{"pid", faults.pid},
                    {"cc_errors", faults.cc_errors},
                    {"transport_errors", faults.transport_errors},
                    {"scrambled", faults.scrambled},
                    {"crc_errors", faults.crc_errors}});
  }
  return list;
}

Json segment_json(const catalog::Segment& segment) {
  const arena::SegmentRecord& record = segment.record;
  Json reasons = Json::array();
  for (size_t i = 0; i < arena::kDiscontinuityCount; ++i) {
    if (const auto reason = static_cast<arena::Discontinuity>(i);
        record.discontinuity.has(reason)) {
      reasons.push_back(to_string(reason));
    }
  }
  return {{"sequence", segment.sequence},
          {"key", segment.key},
          {"state", to_string(segment.state)},
          {"start", rfc3339_ms(segment.start())},
          {"duration", static_cast<double>(record.duration_90k) / kClock},
          {"start_pts", record.start_pts},
          {"bytes", segment.bytes},
          {"packets", record.ts_packets},
          {"cut", to_string(record.cut)},
          {"discontinuity", std::move(reasons)},
          {"cc_errors", record.cc_errors},
          {"transport_errors", record.transport_errors},
          {"scrambled", record.scrambled},
          {"crc_errors", record.crc_errors},
          {"pids", pids_json(record.faulty_pids)},
          {"lost_datagrams", record.lost_datagrams}};
}

}  // namespace

Response streams_response(const config::Appliance& appliance, CatalogAccess& catalog) {
  const auto known = catalog([](const auto& reader) { return reader.streams(); });
  if (!known && known.error().next != Next::kNotFound) {
    return error_response(known.error());
  }
  std::map<std::string, catalog::Stream> rest;
  for (const catalog::Stream& stream : known.value_or(std::vector<catalog::Stream>{})) {
    rest.emplace(stream.name, stream);
  }
  Json list = Json::array();
  for (const config::Stream& configured : appliance.streams) {
    const std::string& name = configured.name.str();
    const auto found = rest.extract(name);
    list.push_back(media_json(name, found ? found.mapped() : catalog::Stream{}));
  }
  for (const auto& [name, stream] : rest) {
    list.push_back(media_json(name, stream));
  }
  return json_response({{"streams", std::move(list)}});
}

Response hours_response(CatalogAccess& catalog, const std::string& stream) {
  const auto hours = catalog([&](const auto& reader) { return reader.hours(stream); });
  if (!hours) {
    return error_response(hours.error());
  }
  Json list = Json::array();
  for (const catalog::Hour& hour : *hours) {
    const std::string start = rfc3339_ms(hour.hour);
    std::string playlist = "/streams/" + stream + "/archive.m3u8?start=";
    playlist += start + "&end=" + rfc3339_ms(hour.hour + std::chrono::hours(1));
    list.push_back({{"start", start},
                    {"segments", hour.listed},
                    {"complete", hour.complete},
                    {"playlist", std::move(playlist)}});
  }
  return json_response({{"name", stream}, {"hours", std::move(list)}});
}

Response segments_response(const Request& request, CatalogAccess& catalog,
                           const std::string& stream) {
  const auto hour = query_time(request, "hour");
  if (!hour) {
    return error_response(400, hour.error().message);
  }
  if (!*hour) {
    return error_response(400, "hour is missing; write ?hour=2025-01-16T06:00:00Z");
  }
  const auto segments =
      catalog([&](const auto& reader) { return reader.hour(stream, floor_hour(**hour)); });
  if (!segments) {
    return error_response(segments.error());
  }
  Json list = Json::array();
  for (const catalog::Segment& segment : *segments) {
    list.push_back(segment_json(segment));
  }
  return json_response(
      {{"name", stream}, {"hour", rfc3339_ms(floor_hour(**hour))}, {"segments", std::move(list)}});
}

}  // namespace sluice::api
