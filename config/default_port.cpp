#include "config/default_port.h"

#include <algorithm>

namespace sluice::config {
namespace {

bool from_network(const Stream& stream) {
  return stream.source.scheme == Scheme::kUdp || stream.source.scheme == Scheme::kRtp;
}

}  // namespace

Status choose_port(Appliance& appliance, const RouteLookup& route) {
  Dataplane& dataplane = appliance.dataplane;
  if (dataplane.driver != Driver::kDpdk || !dataplane.eal.empty() || !dataplane.ports.empty()) {
    return {};
  }
  const auto first = std::ranges::find_if(appliance.streams, from_network);
  if (first == appliance.streams.end()) {
    return {};
  }
  if (dataplane.interface.empty()) {
    const auto found = route(first->source.host);
    if (!found) {
      return fail("no interface is given, and " + found.error().message +
                  "; add `dataplane: {interface: eth1}` with the one that the streams come in by");
    }
    dataplane.interface = *found;
  }
  dataplane.eal = {"--vdev=net_af_packet0,iface=" + dataplane.interface};
  dataplane.ports.push_back({.name = dataplane.interface, .device = "net_af_packet0"});
  return {};
}

}  // namespace sluice::config
