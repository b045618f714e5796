#include "tools/check_json.h"

#include "config/arena_size.h"
#include "config/not_acted_upon.h"
#include "tools/preflight.h"

namespace sluice::tools {
namespace {

using api::Json;

double seconds(config::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

const char* driver_name(config::Driver driver) {
  return driver == config::Driver::kDpdk   ? "dpdk"
         : driver == config::Driver::kPcap ? "pcap"
                                           : "file";
}

Json ports_json(const std::vector<config::Port>& ports) {
  Json json = Json::array();
  for (const config::Port& port : ports) {
    json.push_back({{"name", port.name},
                    {"device", port.device},
                    {"rx_queues", port.rx_queues},
                    {"address", port.address}});
  }
  return json;
}

Json lcores_json(const lcore::LcorePlan& plan) {
  Json rx = Json::array();
  Json segment = Json::array();
  for (const lcore::WorkerPlan& worker : plan.workers) {
    if (worker.receives) {
      rx.push_back(worker.cpu);
    }
    if (worker.segments) {
      segment.push_back(worker.cpu);
    }
  }
  return {{"main", plan.main_cpu}, {"rx", rx}, {"segment", segment}};
}

Json streams_json(const config::Appliance& appliance) {
  Json json = Json::array();
  for (const config::Stream& stream : appliance.streams) {
    const config::Duration held = stream.segment.max + appliance.arena.hold;
    json.push_back(
        {{"name", stream.name.str()},
         {"source", stream.source.url},
         {"bitrate", stream.bitrate},
         {"target", seconds(stream.segment.target)},
         {"max", seconds(stream.segment.max)},
         {"arena", appliance.arena.size == 0 ? Json(config::bytes_in(stream, held)) : Json()}});
  }
  return json;
}

}  // namespace

Json problems_json(const std::vector<config::Problem>& problems) {
  Json json{{"ok", false}, {"problems", Json::array()}};
  for (const config::Problem& problem : problems) {
    json["problems"].push_back({{"file", problem.file},
                                {"line", problem.line},
                                {"column", problem.column},
                                {"message", problem.message}});
  }
  return json;
}

Json plan_json(const config::Appliance& appliance, const lcore::LcorePlan& lcores,
               const std::vector<std::string>& missing) {
  Json problems = Json::array();
  for (const std::string& message : missing) {
    problems.push_back({{"message", message}});
  }
  return {
      {"ok", missing.empty()},
      {"problems", problems},
      {"notes", config::not_acted_upon(appliance)},
      {"driver", driver_name(appliance.dataplane.driver)},
      {"interface", appliance.dataplane.interface},
      {"ports", ports_json(appliance.dataplane.ports)},
      {"eal", appliance.dataplane.eal},
      {"lcores", lcores_json(lcores)},
      {"streams", streams_json(appliance)},
      {"arena",
       {{"path", appliance.arena.path.string()},
        {"size", config::arena_bytes(appliance)},
        {"free", free_bytes(appliance.arena.path)}}},
      {"store",
       {{"endpoint", appliance.storage.endpoint},
        {"bucket", appliance.storage.bucket},
        {"prefix", appliance.storage.prefix}}},
      {"control",
       {{"listen", appliance.control.listen}, {"urls_log", appliance.control.urls_log.string()}}}};
}

}  // namespace sluice::tools
