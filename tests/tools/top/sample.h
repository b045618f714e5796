#pragma once

#include <fmt/format.h>

#include <cstring>
#include <memory>

#include "tools/top/picture.h"

namespace sluice::tools::top {

/// An appliance's pages with as many streams, all receiving at 1 Mbit/s, to be changed and looked
/// at as time goes by.
class Sample {
 public:
  explicit Sample(size_t streams)
      : stats(std::make_unique<arena::StatsPage>()),
        control(std::make_unique<arena::ControlPage>()) {
    for (size_t i = 0; i < streams; ++i) {
      const std::string name = fmt::format("group-{}/channel-{:03}", i % 7, i);
      appliance.streams.push_back({.name = *StreamId::parse(name)});
      appliance.streams.back().source.url = fmt::format("udp://239.1.{}.{}:5000", i / 250, i % 250);
      appliance.streams.back().group = fmt::format("group-{}", i % 7);
      std::strcpy(stats->streams[i].name, name.c_str());
      stats->streams[i].state.set(static_cast<uint64_t>(arena::StreamState::kReceiving));
    }
    std::strcpy(stats->ports[0].device, "net_af_packet0");
    stats->chunks.set(100);
    stats->chunks_free.set(60);
    stats->chunk_bytes.set(1 << 20);
    control->store_state.set(static_cast<uint64_t>(arena::StoreState::kOk));
    for (size_t i = 0; i < 2; ++i) {
      stats->lcores[i].used.set(1);
      stats->lcores[i].cpu.set(i + 1);
      (i == 0 ? stats->lcores[i].is_rx : stats->lcores[i].is_segment).set(1);
    }
  }

  void pass(std::chrono::seconds time) {
    const auto seconds = static_cast<uint64_t>(time.count());
    for (size_t i = 0; i < appliance.streams.size(); ++i) {
      stats->streams[i].bytes.add(125'000 * seconds);
      stats->streams[i].received.add(95 * seconds);
      stats->streams[i].committed.add(95 * seconds);
      stats->ports[0].received.add(95 * seconds);
      stats->ports[0].bytes.add(130'000 * seconds);
    }
    stats->lcores[0].busy_cycles.add(seconds);
    stats->lcores[0].idle_cycles.add(3 * seconds);
    now_ += time;
  }

  Look look(bool running = true) const {
    return {.status = api::status_json({.appliance = appliance,
                                        .stats = stats.get(),
                                        .control = control.get(),
                                        .now = utc_from_ns(0) + now_.time_since_epoch()}),
            .dataplane_running = running,
            .control_running = running,
            .utc = utc_from_ns(0) + now_.time_since_epoch(),
            .at = now_};
  }

  /// What is to be seen after a second in which everything went on.
  Picture picture() {
    const Look before = look();
    pass(std::chrono::seconds(1));
    return top::picture(before, look());
  }

  config::Appliance appliance;
  std::unique_ptr<arena::StatsPage> stats;
  std::unique_ptr<arena::ControlPage> control;

 private:
  Clock::Monotonic now_{std::chrono::hours(12)};
};

}  // namespace sluice::tools::top
