#include "storage/playlist/manifest.h"

#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "config/base/utc.h"

namespace sluice::playlist {
namespace {

using Json = nlohmann::ordered_json;

Json discontinuity_names(arena::DiscontinuitySet set) {
  Json names = Json::array();
  for (size_t i = 0; i < arena::kDiscontinuityCount; ++i) {
    const auto reason = static_cast<arena::Discontinuity>(i);
    if (set.has(reason)) {
      names.push_back(arena::to_string(reason));
    }
  }
  return names;
}

arena::DiscontinuitySet discontinuities(const Json& names) {
  arena::DiscontinuitySet set;
  for (size_t i = 0; i < arena::kDiscontinuityCount; ++i) {
    const auto reason = static_cast<arena::Discontinuity>(i);
    if (std::find(names.begin(), names.end(), arena::to_string(reason)) != names.end()) {
      set.add(reason);
    }
  }
  return set;
}

constexpr auto kLastCut = static_cast<uint8_t>(arena::Cut::kForced);

Result<arena::Cut> cut_named(const std::string& name) {
  for (uint8_t i = 0; i <= kLastCut; ++i) {
    if (arena::to_string(static_cast<arena::Cut>(i)) == name) {
      return static_cast<arena::Cut>(i);
    }
  }
  return fail("manifest: unknown cut \"" + name + "\"");
}

/// The counters of a record, by their names in the manifest.
constexpr std::array<std::pair<const char*, uint64_t arena::SegmentRecord::*>, 9> kCounters{{
    {"start_pts", &arena::SegmentRecord::start_pts},
    {"duration_90k", &arena::SegmentRecord::duration_90k},
    {"ts_packets", &arena::SegmentRecord::ts_packets},
    {"injected_packets", &arena::SegmentRecord::injected_packets},
    {"datagrams", &arena::SegmentRecord::datagrams},
    {"cc_errors", &arena::SegmentRecord::cc_errors},
    {"transport_errors", &arena::SegmentRecord::transport_errors},
    {"scrambled", &arena::SegmentRecord::scrambled},
    {"lost_datagrams", &arena::SegmentRecord::lost_datagrams},
}};

/// The member as a whole number; whatever else it is would be converted to one silently.
template <typename Number>
Number whole(const Json& line, const char* name) {
  const Json& value = line.at(name);
  const bool fits = std::is_signed_v<Number>
                        ? value.is_number_integer() &&
                              (!value.is_number_unsigned() || value.get<uint64_t>() <= INT64_MAX)
                        : value.is_number_unsigned();
  if (!fits) {
    throw std::range_error("member '" + std::string(name) + "' is no whole number of its range");
  }
  return value.get<Number>();
}

/// The faults of a PID, by their names in the manifest.
constexpr std::array<std::pair<const char*, uint32_t arena::PidFaults::*>, 4> kFaults{{
    {"cc_errors", &arena::PidFaults::cc_errors},
    {"transport_errors", &arena::PidFaults::transport_errors},
    {"scrambled", &arena::PidFaults::scrambled},
    {"crc_errors", &arena::PidFaults::crc_errors},
}};

Json faulty_pids_json(const arena::FaultyPids& faulty) {
  Json list = Json::array();
  for (const arena::PidFaults& faults : faulty.pids) {
    if (faults.empty()) {
      break;
    }
    Json& entry = list.emplace_back(Json{{"pid", faults.pid}});
    for (const auto& [name, fault] : kFaults) {
      entry[name] = faults.*fault;
    }
  }
  return list;
}

arena::FaultyPids faulty_pids(const Json& list) {
  arena::FaultyPids faulty;
  for (const Json& entry : list) {
    const auto pid = static_cast<uint16_t>(whole<uint64_t>(entry, "pid"));
    for (const auto& [name, fault] : kFaults) {
      faulty.add(pid, fault, static_cast<uint32_t>(whole<uint64_t>(entry, name)));
    }
  }
  return faulty;
}

ManifestEntry read(const Json& line) {
  ManifestEntry entry;
  entry.stream = line.at("stream").get<std::string>();
  entry.sequence = whole<uint64_t>(line, "sequence");
  entry.number_in_hour = whole<uint64_t>(line, "number_in_hour");
  entry.key = line.at("key").get<std::string>();
  entry.bytes = whole<uint64_t>(line, "bytes");
  entry.lost = line.at("lost").get<bool>();
  entry.live_gap = line.at("live_gap").get<bool>();
  entry.record.start_utc_ns = whole<int64_t>(line, "start_utc_ns");
  entry.record.end_utc_ns = whole<int64_t>(line, "end_utc_ns");
  for (const auto& [name, member] : kCounters) {
    entry.record.*member = whole<uint64_t>(line, name);
  }
  entry.record.discontinuity = discontinuities(line.at("discontinuity"));
  if (line.contains("crc_errors")) entry.record.crc_errors = whole<uint64_t>(line, "crc_errors");
  if (line.contains("pids")) entry.record.faulty_pids = faulty_pids(line.at("pids"));
  return entry;
}

}  // namespace

std::string render_manifest_line(const ManifestEntry& entry) {
  Json line{
      {"stream", entry.stream},
      {"sequence", entry.sequence},
      {"number_in_hour", entry.number_in_hour},
      {"key", entry.key},
      {"bytes", entry.bytes},
      {"program_date_time", rfc3339_ms(utc_from_ns(entry.record.start_utc_ns))},
      {"start_utc_ns", entry.record.start_utc_ns},
      {"end_utc_ns", entry.record.end_utc_ns},
  };
  for (const auto& [name, member] : kCounters) {
    line[name] = entry.record.*member;
  }
  line["crc_errors"] = entry.record.crc_errors;
  line["pids"] = faulty_pids_json(entry.record.faulty_pids);
  line["cut"] = arena::to_string(entry.record.cut);
  line["discontinuity"] = discontinuity_names(entry.record.discontinuity);
  line["lost"] = entry.lost;
  line["live_gap"] = entry.live_gap;
  return line.dump() + "\n";
}

Result<ManifestEntry> parse_manifest_line(std::string_view text) {
  try {
    const Json line = Json::parse(text);
    ManifestEntry entry = read(line);
    const auto cut = cut_named(line.at("cut").get<std::string>());
    if (!cut) {
      return fail(cut.error());
    }
    entry.record.cut = *cut;
    return entry;
  } catch (const std::exception& error) {  // the library's, or that of whole()
    return fail(std::string("manifest: ") + error.what());
  }
}

}  // namespace sluice::playlist
