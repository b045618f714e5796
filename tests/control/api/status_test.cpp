#include "control/api/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include "control/api/metrics.h"

namespace sluice::api {
namespace {

using testing::HasSubstr;

class StatusTest : public testing::Test {
 protected:
  StatusTest()
      : stats_(std::make_unique<arena::StatsPage>()),
        control_(std::make_unique<arena::ControlPage>()) {
    for (const char* name : {"news", "live/cam1"}) {
      appliance_.streams.push_back({.name = StreamId::parse(name).value(), .bitrate = 4'000'000});
    }
    // two queues of one port
    for (size_t queue : {0, 1}) {
      std::strcpy(stats_->ports[queue].device, "net_af_packet0");
      stats_->ports[queue].queue.set(queue);
      stats_->ports[queue].received.set(60);
    }
    stats_->ports[0].mtu.set(9000);
    stats_->ports[0].speed_mbps.set(25'000);
    std::strcpy(stats_->xstats[0].entries[0].name, "rx_crc_errors");
    stats_->xstats[0].entries[0].value.set(3);
    stats_->ports[0].nic_missed.set(7);
    stats_->ports[1].drops.add(arena::Drop::kTruncated, 5);
    arena::StreamStats& news = stats_->streams[1];
    std::strcpy(news.name, "news");
    news.received.set(110);
    news.committed.set(100);
    news.ts_packets.set(700);
    news.cc_errors.set(2);
    news.tr101290[2].count.set(6);
    news.segments_sealed.set(4);
    news.state.set(static_cast<uint64_t>(arena::StreamState::kReceiving));
    news.last_arrival_ns.set(to_ns(now_));
    news.drops.add(arena::Drop::kArenaFull, 10);
    std::strcpy(control_->streams[0].name, "news");
    control_->streams[0].segments_stored.set(3);
    control_->streams[0].last_stored_end_ns.set(to_ns(now_ - std::chrono::milliseconds(2500)));
    control_->store_state.set(static_cast<uint64_t>(arena::StoreState::kOk));
    stats_->chunks.set(10);
    stats_->chunks_free.set(8);
    stats_->chunk_bytes.set(1'000'000);
    stats_->heartbeat_ns.set(to_ns(now_));
  }

  StatusSources sources() const {
    return {.appliance = appliance_, .stats = stats_.get(), .control = control_.get(), .now = now_};
  }

  Utc now_ = utc_from_ns(1'737'010'803'000'000'000);
  config::Appliance appliance_;
  std::unique_ptr<arena::StatsPage> stats_;
  std::unique_ptr<arena::ControlPage> control_;
};

TEST_F(StatusTest, HasWhatOutsideProgramsRead) {
  const Json status = status_json(sources());
  EXPECT_EQ(status["received"], 120);
  EXPECT_EQ(status["committed"], 100);
  EXPECT_EQ(status["drops"], (Json{{"arena_full", 10}, {"truncated", 5}}));
  EXPECT_EQ(status["in_flight"], 5);
  EXPECT_EQ(status["arena"]["size"], 10'000'000);
  EXPECT_EQ(status["arena"]["used"], 2'000'000);
  EXPECT_EQ(status["arena"]["seconds_left"], 8.0) << "8 MB at 8 Mbit/s";
  EXPECT_EQ(status["store"]["state"], "ok");
  ASSERT_EQ(status["ports"].size(), 1U) << "queues of a port are one port";
  EXPECT_EQ(status["ports"][0]["device"], "net_af_packet0");
  EXPECT_EQ(status["ports"][0]["received"], 120);
  EXPECT_EQ(status["ports"][0]["missed"], 7);
  EXPECT_EQ(status["ports"][0]["queues"], 2);
  EXPECT_EQ(status["ports"][0]["link_up"], true);
  EXPECT_EQ(status["ports"][0]["mtu"], 9000);
  EXPECT_EQ(status["ports"][0]["speed_mbps"], 25'000);
  EXPECT_EQ(status["ports"][0]["xstats"], (Json{{"rx_crc_errors", 3}}));
  ASSERT_EQ(status["streams"].size(), 2U);
  const Json& news = status["streams"][0];
  EXPECT_EQ(news["name"], "news");
  EXPECT_EQ(news["received"], 110);
  EXPECT_EQ(news["ts_packets"], 700);
  EXPECT_EQ(news["cc_errors"], 2);
  EXPECT_EQ(news["tr101290"].size(), 13U);
  EXPECT_EQ(news["tr101290"]["PAT_error_2"], 6);
  EXPECT_EQ(news["tr101290"]["PTS_error"], 0);
  EXPECT_EQ(news["segments_sealed"], 4);
  EXPECT_EQ(news["segments_stored"], 3);
  EXPECT_EQ(news["lag_seconds"], 2.5);
  EXPECT_EQ(news["state"], "receiving");
  EXPECT_EQ(status["streams"][1]["name"], "live/cam1");
  EXPECT_EQ(status["streams"][1]["state"], "waiting");
  EXPECT_EQ(status["streams"][1]["lag_seconds"], nullptr);
  EXPECT_EQ(status["dataplane"]["running"], true);
}

TEST_F(StatusTest, ADataplaneWithoutHeartbeatIsNotRunning) {
  now_ += std::chrono::seconds(5);
  EXPECT_EQ(status_json(sources())["dataplane"]["running"], false);
}

TEST_F(StatusTest, HoldsTogetherBeforeAnythingRuns) {
  const Json status = status_json({.appliance = appliance_, .now = now_});
  EXPECT_EQ(status["received"], 0);
  EXPECT_EQ(status["drops"], Json::object());
  EXPECT_EQ(status["arena"]["seconds_left"], nullptr);
  EXPECT_EQ(status["store"]["state"], "unknown");
  EXPECT_EQ(status["ports"], Json::array());
  EXPECT_EQ(status["streams"][0]["state"], "waiting");
  EXPECT_THAT(metrics_text({.appliance = appliance_, .now = now_}),
              HasSubstr("sluice_dataplane_up 0"));
}

TEST_F(StatusTest, MetricsNameEveryReasonAndLabelStreamsAndPorts) {
  const std::string text = metrics_text(sources());
  for (const char* line : {
           "# TYPE sluice_received_total counter\nsluice_received_total 120\n",
           "sluice_dropped_total{reason=\"truncated\"} 5\n",
           "sluice_dropped_total{reason=\"lost_in_restart\"} 0\n",
           "sluice_stream_received_total{stream=\"news\"} 110\n",
           "sluice_stream_received_total{stream=\"live/cam1\"} 0\n",
           "sluice_stream_dropped_total{stream=\"news\",reason=\"arena_full\"} 10\n",
           "sluice_stream_lag_seconds{stream=\"news\"} 2.5\n",
           "sluice_port_missed_total{device=\"net_af_packet0\"} 7\n",
           "sluice_arena_left_seconds 8\n",
           "sluice_store_state{state=\"ok\"} 1\n",
           "sluice_dataplane_up 1\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace sluice::api
