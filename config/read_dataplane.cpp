#include <algorithm>
#include <set>

#include "config/address.h"
#include "config/sections.h"

namespace sluice::config {
namespace {

constexpr uint64_t kHighestLcore = 1023;
constexpr uint64_t kMostQueues = 64;
constexpr uint64_t kLeastMtu = 1280;  // RFC 8200
constexpr uint64_t kMostMtu = 9702;   // the largest of today's NICs

void read_ports(YamlMap& map, Dataplane& out) {
  for (YamlMap& entry : map.maps("ports")) {
    Port port;
    if (!entry.text("name", port.name) && !entry.has("name")) {
      entry.problem("name", "is missing: the name by which streams choose this port");
    }
    if (!entry.text("device", port.device) && !entry.has("device")) {
      entry.problem("device",
                    "is missing: DPDK's name of the port, like net_af_packet0 or "
                    "0000:41:00.0");
    }
    entry.number("rx_queues", port.rx_queues, 1, kMostQueues);
    entry.number("mtu", port.mtu, kLeastMtu, kMostMtu);
    if (entry.text("address", port.address) && !is_network_address(port.address)) {
      entry.problem("address", "\"" + port.address +
                                   "\" is no address with a prefix length, like 10.1.2.3/24");
    }
    entry.choice("allmulticast", port.allmulticast,
                 {{"auto", AllMulticast::kAuto},
                  {"on", AllMulticast::kOn},
                  {"true", AllMulticast::kOn},
                  {"off", AllMulticast::kOff},
                  {"false", AllMulticast::kOff}});
    entry.close();
    for (const Port& other : out.ports) {
      if (!port.name.empty() && other.name == port.name) {
        entry.problem("name", "another port is called \"" + port.name + "\" already");
      }
      if (!port.device.empty() && other.device == port.device) {
        entry.problem("device", "port \"" + other.name + "\" is " + port.device + " already");
      }
    }
    out.ports.push_back(port);
  }
}

void read_lcores(YamlMap& dataplane, Lcores& out) {
  auto map = dataplane.map("lcores");
  if (!map) {
    return;
  }
  unsigned main = 0;
  if (map->number("main", main, 0, kHighestLcore)) {
    out.main = main;
  }
  map->numbers("rx", out.rx, 0, kHighestLcore);
  map->numbers("segment", out.segment, 0, kHighestLcore);
  map->close();

  std::set<unsigned> taken;
  if (out.main) {
    taken.insert(*out.main);
  }
  const auto claim = [&](const char* key, const std::vector<unsigned>& lcores) {
    for (const unsigned lcore : lcores) {
      if (!taken.insert(lcore).second) {
        map->problem(key, "lcore " + std::to_string(lcore) +
                              " has another role already; leave `lcores` out and Sluice shares "
                              "them sensibly");
      }
    }
  };
  claim("rx", out.rx);
  claim("segment", out.segment);
}

/// Keys that mean something for one driver only.
void check_driver(YamlMap& map, const Dataplane& out) {
  if (out.driver == Driver::kPcap && out.interface.empty() && !map.has("interface")) {
    map.problem("driver", "pcap needs to know where to listen: add `interface: eth1`");
  }
  if (out.driver == Driver::kFile && out.path.empty() && !map.has("path")) {
    map.problem("driver", "file needs a capture: add `path: /srv/x.pcap`");
  }
  if (out.driver != Driver::kFile) {
    for (const char* key : {"path", "pace"}) {
      if (map.has(key)) {
        map.problem(key, "only goes with `driver: file`");
      }
    }
  }
  if (out.driver == Driver::kFile && map.has("interface")) {
    map.problem("interface", "does not go with `driver: file`");
  }
  if (out.driver != Driver::kDpdk && map.has("ports")) {
    map.problem("ports", "only go with `driver: dpdk`");
  }
  if (out.driver == Driver::kDpdk && !out.interface.empty() &&
      (map.has("ports") || map.has("eal"))) {
    map.problem("interface",
                "with `driver: dpdk` this stands for a whole set of `eal` and "
                "`ports`: give it, or them");
  }
}

}  // namespace

void read_dataplane(YamlMap& top, Dataplane& out) {
  auto map = top.map("dataplane");
  if (!map) {
    return;
  }
  map->choice("driver", out.driver,
              {{"dpdk", Driver::kDpdk}, {"pcap", Driver::kPcap}, {"file", Driver::kFile}});
  map->text("interface", out.interface);
  map->path("path", out.path);
  map->choice("pace", out.pace, {{"recorded", Pace::kRecorded}, {"max", Pace::kMax}});
  map->texts("eal", out.eal);
  read_ports(*map, out);
  read_lcores(*map, out.lcores);
  map->choice("idle", out.idle, {{"spin", Idle::kSpin}, {"adaptive", Idle::kAdaptive}});
  map->close();
  check_driver(*map, out);
}

}  // namespace sluice::config
