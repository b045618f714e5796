#include "control/api/metrics.h"

#include <array>
#include <string_view>

#include "control/api/metric_families.h"

namespace sluice::api {
namespace {

double number(const Json& json) {
  return json.is_number() ? json.get<double>() : json.is_boolean() && json.get<bool>() ? 1.0 : 0.0;
}

/// A member of the status and the metric that it becomes.
struct Member {
  const char* key;
  const char* metric;
  const char* help;
};

constexpr std::array kPortCounters{
    Member{"frames", "sluice_port_frames_total", "Frames taken from the driver"},
    Member{"filtered", "sluice_port_filtered_total", "Sound frames that belong to no stream"},
    Member{"received", "sluice_port_received_total", "Datagrams of our streams, and broken frames"},
    Member{"bytes", "sluice_port_bytes_total", "Bytes received"},
    Member{"missed", "sluice_port_missed_total", "Frames the NIC or kernel had no room for"},
    Member{"errors", "sluice_port_errors_total", "Frames the NIC found broken"},
    Member{"no_mbuf", "sluice_port_no_mbuf_total", "Frames the driver had no packet buffer for"},
};

constexpr std::array kStreamCounters{
    Member{"received", "sluice_stream_received_total", "Datagrams taken by the segmenter"},
    Member{"committed", "sluice_stream_committed_total", "Datagrams whole in the arena"},
    Member{"bytes", "sluice_stream_bytes_total", "Bytes of TS packets"},
    Member{"ts_packets", "sluice_stream_ts_packets_total", "TS packets"},
    Member{"cc_errors", "sluice_stream_cc_errors_total", "Continuity errors"},
    Member{"crc_errors", "sluice_stream_crc_errors_total", "PAT and PMT sections with a wrong CRC"},
    Member{"transport_errors", "sluice_stream_transport_errors_total",
           "Packets with transport_error_indicator"},
    Member{"scrambled", "sluice_stream_scrambled_total", "Scrambled packets"},
    Member{"sync_losses", "sluice_stream_sync_losses_total", "Losses of the TS sync byte"},
    Member{"rtp_lost", "sluice_stream_rtp_lost_total", "Datagrams missing by RTP sequence number"},
    Member{"forced_cuts", "sluice_stream_forced_cuts_total", "Cuts without an access point"},
    Member{"segments_sealed", "sluice_stream_segments_sealed_total", "Segments sealed"},
    Member{"segments_stored", "sluice_stream_segments_stored_total", "Segments stored"},
    Member{"bytes_stored", "sluice_stream_stored_bytes_total", "Bytes stored"},
};

constexpr std::array kStoreCounters{
    Member{"uploads", "sluice_uploads_total", "Objects stored"},
    Member{"upload_failures", "sluice_upload_failures_total", "Attempts to store that failed"},
};

constexpr std::array kStoreGauges{
    Member{"uploads_in_flight", "sluice_uploads_in_flight", "Transfers under way"},
    Member{"segments_waiting", "sluice_segments_waiting", "Segments sealed and not yet stored"},
};

template <size_t N>
void counters(MetricFamilies& out, const std::array<Member, N>& members, const Json& json,
              const Labels& labels = {}) {
  for (const Member& member : members) {
    if (json.contains(member.key)) {
      out.counter(member.metric, member.help, number(json[member.key]), labels);
    }
  }
}

void totals(MetricFamilies& out, const Json& status) {
  out.counter("sluice_received_total", "Datagrams received", number(status["received"]));
  out.counter("sluice_committed_total", "Datagrams whole in the arena",
              number(status["committed"]));
  out.gauge("sluice_in_flight", "Datagrams received and neither committed nor dropped",
            number(status["in_flight"]));
  // every reason, so that a rate over it is there before the first drop
  for (size_t i = 0; i < arena::kDropCount; ++i) {
    const std::string reason(to_string(static_cast<arena::Drop>(i)));
    out.counter("sluice_dropped_total", "Datagrams dropped, by reason",
                number(status["drops"].value(reason, Json(0))), {{"reason", reason}});
  }
}

void arena_and_store(MetricFamilies& out, const Json& status) {
  out.gauge("sluice_dataplane_up", "1 while the dataplane runs",
            number(status["dataplane"]["running"]));
  out.counter("sluice_dataplane_starts_total", "Starts of the dataplane",
              number(status["dataplane"]["starts"]));
  out.gauge("sluice_arena_size_bytes", "Size of the segment arena",
            number(status["arena"]["size"]));
  out.gauge("sluice_arena_used_bytes", "Arena in use", number(status["arena"]["used"]));
  if (const Json& seconds = status["arena"]["seconds_left"]; seconds.is_number()) {
    out.gauge("sluice_arena_left_seconds", "Time until the arena is full if nothing is stored",
              number(seconds));
  }
  out.gauge("sluice_spool_used_bytes", "Spool in use", number(status["spool"]["used"]));
  const Json& store = status["store"];
  for (const auto state : {arena::StoreState::kUnknown, arena::StoreState::kOk,
                           arena::StoreState::kFailing, arena::StoreState::kRefused}) {
    const std::string name(to_string(state));
    out.gauge("sluice_store_state", "1 for the state that the object store is in",
              store["state"] == name ? 1 : 0, {{"state", name}});
  }
  counters(out, kStoreCounters, store);
  for (const Member& member : kStoreGauges) {
    if (store.contains(member.key)) {
      out.gauge(member.metric, member.help, number(store[member.key]));
    }
  }
}

void ports(MetricFamilies& out, const Json& status) {
  for (const Json& port : status["ports"]) {
    const Labels labels{{"device", port["device"]}};
    counters(out, kPortCounters, port, labels);
    out.gauge("sluice_port_link_up", "1 while the link is up", number(port["link_up"]), labels);
  }
}

void streams(MetricFamilies& out, const Json& status) {
  for (const Json& stream : status["streams"]) {
    const std::string name = stream["name"];
    counters(out, kStreamCounters, stream, {{"stream", name}});
    out.gauge("sluice_stream_receiving", "1 while datagrams come",
              stream["state"] == to_string(arena::StreamState::kReceiving) ? 1 : 0,
              {{"stream", name}});
    if (const Json& lag = stream["lag_seconds"]; lag.is_number()) {
      out.gauge("sluice_stream_lag_seconds", "How far the archive is behind what arrived",
                number(lag), {{"stream", name}});
    }
    for (const auto& [indicator, count] : stream["tr101290"].items()) {
      out.counter("sluice_stream_tr101290_errors_total",
                  "Errors by the indicators of ETSI TR 101 290, priorities 1 and 2", number(count),
                  {{"stream", name}, {"indicator", indicator}});
    }
    for (const auto& [reason, count] : stream["drops"].items()) {
      out.counter("sluice_stream_dropped_total", "Datagrams of a stream dropped, by reason",
                  number(count), {{"stream", name}, {"reason", reason}});
    }
  }
}

void lcores(MetricFamilies& out, const arena::StatsPage& page) {
  for (size_t i = 0; i < page.lcores.size(); ++i) {
    const arena::LcoreStats& lcore = page.lcores[i];
    if (lcore.used.get() == 0) {
      continue;
    }
    const Labels labels{{"lcore", std::to_string(i)}, {"cpu", std::to_string(lcore.cpu.get())}};
    out.counter("sluice_lcore_busy_cycles_total", "Cycles with something to do",
                static_cast<double>(lcore.busy_cycles.get()), labels);
    out.counter("sluice_lcore_idle_cycles_total", "Cycles without",
                static_cast<double>(lcore.idle_cycles.get()), labels);
  }
}

}  // namespace

std::string metrics_text(const StatusSources& sources) {
  const Json status = status_json(sources);
  MetricFamilies out;
  totals(out, status);
  arena_and_store(out, status);
  ports(out, status);
  streams(out, status);
  if (sources.stats != nullptr) {
    lcores(out, *sources.stats);
  }
  return out.text();
}

}  // namespace sluice::api
