#include "tools/status_table.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <sstream>

namespace sluice::tools {
namespace {

using namespace std::chrono_literals;

TEST(StatusTable, PutsInColumnsWhatTheJsonSays) {
  config::Appliance appliance;
  appliance.streams.push_back({.name = *StreamId::parse("news")});
  const auto stats = std::make_unique<arena::StatsPage>();
  std::strcpy(stats->ports[0].device, "net_af_packet0");
  stats->ports[0].received.set(1005);
  stats->ports[0].nic_missed.set(3);
  stats->ports[0].drops.add(arena::Drop::kTruncated, 5);
  std::strcpy(stats->streams[0].name, "news");
  stats->streams[0].received.set(1000);
  stats->streams[0].committed.set(990);
  stats->streams[0].ts_packets.set(6930);
  stats->streams[0].segments_sealed.set(4);
  stats->streams[0].last_arrival_ns.set(12'500'000'000);
  stats->streams[0].state.set(static_cast<uint64_t>(arena::StreamState::kReceiving));
  stats->chunks.set(100);
  stats->chunks_free.set(75);
  stats->chunk_bytes.set(1 << 20);
  const auto control = std::make_unique<arena::ControlPage>();
  control->store_state.set(static_cast<uint64_t>(arena::StoreState::kFailing));
  std::strcpy(control->store_error, "no route to host");
  std::strcpy(control->streams[0].name, "news");
  control->streams[0].segments_stored.set(3);
  control->streams[0].last_stored_end_ns.set(6'000'000'000);

  stats->lcores[3].used.set(1);
  stats->lcores[3].cpu.set(7);
  stats->lcores[3].is_segment.set(1);
  const auto look = [&](std::chrono::milliseconds at) {
    return top::Look{.status = api::status_json({.appliance = appliance,
                                                 .stats = stats.get(),
                                                 .control = control.get(),
                                                 .now = utc_from_ns(13'000'000'000)}),
                     .dataplane_running = true,
                     .control_running = true,
                     .at = Clock::Monotonic(at)};
  };
  const top::Look before = look(0ms);
  stats->streams[0].bytes.add(250'000);
  stats->ports[0].bytes.add(300'000);
  stats->lcores[3].busy_cycles.add(100);
  stats->lcores[3].idle_cycles.add(300);

  std::ostringstream out;
  print_status(top::picture(before, look(500ms)), out);
  EXPECT_EQ(
      out.str(),
      "datagrams  1005 received, 990 committed, 10 in flight\n"
      "dropped    5 truncated\n"
      "arena      25.0 MiB of 100 MiB used, 31.5 s left\n"
      "store      failing: no route to host\n"
      "\n"
      "PORT            LINK  MBIT/S  RECEIVED  MISSED  ERRORS\n"
      "net_af_packet0  up      4.80      1005       3       0\n"
      "\n"
      "LCORE    CPU  BUSY\n"
      "segment    7  25 %\n"
      "\n"
      "STREAM  STATE      MBIT/S  RECEIVED  TS PACKETS  CC ERRORS  DROPS  SEALED  STORED    "
      "LAG\n"
      "news    receiving    4.00      1000        6930          0      0       4       3  6.5 "
      "s\n");
}

}  // namespace
}  // namespace sluice::tools
