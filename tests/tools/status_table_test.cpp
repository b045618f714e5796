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

  std::ostringstream out;
  print_status(api::status_json({.appliance = appliance,
                                 .stats = stats.get(),
                                 .control = control.get(),
                                 .now = utc_from_ns(13'000'000'000)}),
               out);
  EXPECT_EQ(out.str(),
            "datagrams  1005 received, 990 committed, 10 in flight\n"
            "dropped    5 truncated\n"
            "arena      25.0 MiB of 100 MiB used, 31.5 s left\n"
            "store      failing: no route to host\n"
            "\n"
            "PORT            RECEIVED  MISSED\n"
            "net_af_packet0      1005       3\n"
            "\n"
            "STREAM  STATE      RECEIVED  TS PACKETS  CC ERRORS  SEALED  STORED    LAG\n"
            "news    receiving      1000        6930          0       4       3  6.5 s\n");
}

}  // namespace
}  // namespace sluice::tools
