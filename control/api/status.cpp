#include "control/api/status.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/media/tr101290.h"

namespace sluice::api {
namespace {

constexpr double kNsPerSecond = 1e9;
/// A process whose heartbeat is older than this is taken for dead (it writes one every 100 ms).
constexpr auto kHeartbeatLimit = std::chrono::seconds(2);

bool alive(const arena::Counter& heartbeat_ns, Utc now) {
  const auto ns = static_cast<int64_t>(heartbeat_ns.get());
  return ns != 0 && now - utc_from_ns(ns) < kHeartbeatLimit;
}

Json time_json(const arena::Counter& ns) {
  return ns.get() == 0 ? Json() : Json(rfc3339_ms(utc_from_ns(static_cast<int64_t>(ns.get()))));
}

Json drops_json(const arena::Drops& drops) {
  Json json = Json::object();
  for (size_t i = 0; i < arena::kDropCount; ++i) {
    if (const uint64_t count = drops.by_reason[i].get(); count != 0) {
      json[std::string(to_string(static_cast<arena::Drop>(i)))] = count;
    }
  }
  return json;
}

Json indicators_json(const arena::StreamStats& stats) {
  Json json = Json::object();
  for (size_t i = 0; i < media::kIndicatorCount; ++i) {
    const media::IndicatorInfo& indicator = media::info(static_cast<media::Indicator>(i));
    json[std::string(indicator.name)] = stats.tr101290[i].count.get();
  }
  return json;
}

Json arena_json(const StatusSources& sources) {
  const arena::StatsPage* page = sources.stats;
  const uint64_t chunk = page ? page->chunk_bytes.get() : 0;
  const uint64_t size = page ? page->chunks.get() * chunk : 0;
  const uint64_t free = page ? std::min(page->chunks_free.get() * chunk, size) : 0;
  uint64_t bitrate = 0;
  for (const config::Stream& stream : sources.appliance.streams) {
    bitrate += stream.bitrate;
  }
  Json json{{"size", size}, {"used", size - free}, {"seconds_left", nullptr}};
  if (size != 0 && bitrate != 0) {
    json["seconds_left"] = static_cast<double>(free) * 8 / static_cast<double>(bitrate);
  }
  return json;
}

/// The text of a fixed field, which another process may be writing.
template <size_t N>
std::string text(const char (&field)[N]) {
  return {field, strnlen(field, N)};
}

Json store_json(const arena::ControlPage* page) {
  if (page == nullptr) {
    return {{"state", to_string(arena::StoreState::kUnknown)}};
  }
  return {{"state", to_string(static_cast<arena::StoreState>(page->store_state.get()))},
          {"error", text(page->store_error)},
          {"uploads", page->uploads.get()},
          {"upload_failures", page->upload_failures.get()},
          {"uploads_in_flight", page->uploads_in_flight.get()},
          {"segments_waiting", page->segments_waiting.get()}};
}

struct PortTotals {
  uint64_t frames = 0, filtered = 0, received = 0, bytes = 0;
  const arena::PortStats* whole = nullptr;  ///< queue 0's, which has what counts for the port
  const arena::PortXstats* xstats = nullptr;
  unsigned queues = 0;
};

Json xstats_json(const arena::PortXstats& xstats) {
  Json json = Json::object();
  for (const auto& entry : xstats.entries) {
    if (entry.name[0] == '\0') {
      break;
    }
    json[text(entry.name)] = entry.value.get();
  }
  return json;
}

Json port_json(const std::string& device, const PortTotals& totals) {
  static const arena::PortStats kNothing{};
  const arena::PortStats& whole = totals.whole ? *totals.whole : kNothing;
  const auto state = static_cast<arena::PortState>(whole.state.get());
  const uint64_t mtu = whole.mtu.get();
  const uint64_t speed = whole.speed_mbps.get();
  return {{"device", device},
          {"received", totals.received},
          {"missed", whole.nic_missed.get()},
          {"frames", totals.frames},
          {"filtered", totals.filtered},
          {"bytes", totals.bytes},
          {"errors", whole.nic_errors.get()},
          {"no_mbuf", whole.nic_no_mbuf.get()},
          {"queues", totals.queues},
          {"state", to_string(state)},
          {"link_up", state == arena::PortState::kUp},
          {"mtu", mtu != 0 ? Json(mtu) : Json()},
          {"speed_mbps", speed != 0 ? Json(speed) : Json()},
          {"xstats", totals.xstats ? xstats_json(*totals.xstats) : Json::object()}};
}

/// A port has a slot for each receive queue; people think in ports.
Json ports_json(const arena::StatsPage& page) {
  std::vector<std::pair<std::string, PortTotals>> ports;
  for (size_t i = 0; i < page.ports.size(); ++i) {
    const arena::PortStats& slot = page.ports[i];
    if (slot.device[0] == '\0') {
      continue;
    }
    const std::string device = text(slot.device);
    auto found = std::ranges::find(ports, device, [](const auto& port) { return port.first; });
    if (found == ports.end()) {
      found = ports.insert(ports.end(), {device, {}});
    }
    PortTotals& totals = found->second;
    totals.frames += slot.frames.get();
    totals.filtered += slot.filtered.get();
    totals.received += slot.received.get();
    totals.bytes += slot.bytes.get();
    ++totals.queues;
    if (slot.queue.get() == 0) {
      totals.whole = &slot;
      totals.xstats = &page.xstats[i];
    }
  }
  Json json = Json::array();
  for (const auto& [device, totals] : ports) {
    json.push_back(port_json(device, totals));
  }
  return json;
}

Json lcores_json(const arena::StatsPage& page) {
  Json json = Json::array();
  for (const arena::LcoreStats& lcore : page.lcores) {
    if (lcore.used.get() != 0) {
      json.push_back({{"cpu", lcore.cpu.get()},
                      {"receives", lcore.is_rx.get() != 0},
                      {"segments", lcore.is_segment.get() != 0},
                      {"busy_cycles", lcore.busy_cycles.get()},
                      {"idle_cycles", lcore.idle_cycles.get()}});
    }
  }
  return json;
}

struct StreamSources {
  const config::Stream* configured = nullptr;
  const arena::StreamStats* stats = nullptr;
  const arena::StreamArchiveStats* archive = nullptr;
};

/// How far the archive is behind what has arrived. Both ends are in the arrival clock, which for a
/// capture file is not today's.
Json lag_json(const StreamSources& stream) {
  const uint64_t arrived = stream.stats ? stream.stats->last_arrival_ns.get() : 0;
  const uint64_t stored = stream.archive ? stream.archive->last_stored_end_ns.get() : 0;
  if (arrived == 0 || stored == 0) {
    return {};
  }
  return arrived > stored ? static_cast<double>(arrived - stored) / kNsPerSecond : 0.0;
}

Json stream_json(const std::string& name, const StreamSources& stream) {
  static const arena::StreamStats kNothing{};
  static const arena::StreamArchiveStats kNothingStored{};
  const arena::StreamStats& stats = stream.stats ? *stream.stats : kNothing;
  const arena::StreamArchiveStats& archive = stream.archive ? *stream.archive : kNothingStored;
  return {{"name", name},
          {"received", stats.received.get()},
          {"ts_packets", stats.ts_packets.get()},
          {"cc_errors", stats.cc_errors.get()},
          {"crc_errors", stats.crc_errors.get()},
          {"segments_sealed", stats.segments_sealed.get()},
          {"segments_stored", archive.segments_stored.get()},
          {"lag_seconds", lag_json(stream)},
          {"state", to_string(static_cast<arena::StreamState>(stats.state.get()))},
          {"committed", stats.committed.get()},
          {"bytes", stats.bytes.get()},
          {"bytes_stored", archive.bytes_stored.get()},
          {"transport_errors", stats.transport_errors.get()},
          {"scrambled", stats.scrambled.get()},
          {"sync_losses", stats.sync_losses.get()},
          {"rtp_lost", stats.rtp_lost.get()},
          {"forced_cuts", stats.forced_cuts.get()},
          {"last_arrival", time_json(stats.last_arrival_ns)},
          {"last_stored_end", time_json(archive.last_stored_end_ns)},
          {"drops", drops_json(stats.drops)},
          {"tr101290", indicators_json(stats)},
          {"source", stream.configured ? stream.configured->source.url : ""},
          {"group", stream.configured ? stream.configured->group : ""}};
}

Json streams_json(const StatusSources& sources) {
  std::vector<std::string> order;
  std::map<std::string, StreamSources> streams;
  const auto of = [&](const std::string& name) -> StreamSources& {
    const auto [found, added] = streams.try_emplace(name);
    if (added) {
      order.push_back(name);
    }
    return found->second;
  };
  for (const config::Stream& stream : sources.appliance.streams) {
    of(stream.name.str()).configured = &stream;
  }
  if (sources.stats != nullptr) {
    for (const arena::StreamStats& slot : sources.stats->streams) {
      if (slot.name[0] != '\0') {
        of(text(slot.name)).stats = &slot;
      }
    }
  }
  if (sources.control != nullptr) {
    for (const arena::StreamArchiveStats& slot : sources.control->streams) {
      if (slot.name[0] != '\0') {
        of(text(slot.name)).archive = &slot;
      }
    }
  }
  Json json = Json::array();
  for (const std::string& name : order) {
    json.push_back(stream_json(name, streams.at(name)));
  }
  return json;
}

}  // namespace

Json status_json(const StatusSources& sources) {
  const arena::StatsPage* page = sources.stats;
  const arena::ControlPage* control = sources.control;
  const arena::Totals totals = page ? arena::totals(*page) : arena::Totals{};
  return {
      {"received", totals.received},
      {"committed", totals.committed},
      {"in_flight", totals.in_flight},
      {"drops", Json(totals.drops)},
      {"arena", arena_json(sources)},
      {"spool",
       {{"used", control ? control->spool_bytes.get() : 0}, {"max", sources.appliance.spool.max}}},
      {"store", store_json(control)},
      {"dataplane",
       {{"running", page && alive(page->heartbeat_ns, sources.now)},
        {"ready", page && page->ready.get() != 0},
        {"started", page ? time_json(page->started_ns) : Json()},
        {"starts", page ? page->starts.get() : 0},
        {"huge_pages", page && page->huge_pages.get() != 0}}},
      {"control", {{"running", control && alive(control->heartbeat_ns, sources.now)}}},
      {"ports", page ? ports_json(*page) : Json::array()},
      {"lcores", page ? lcores_json(*page) : Json::array()},
      {"streams", streams_json(sources)},
  };
}

}  // namespace sluice::api
