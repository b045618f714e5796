#include <algorithm>
#include <map>
#include <tuple>

#include "config/closest.h"
#include "config/sections.h"

namespace sluice::config {
namespace {

constexpr size_t kMostStreams = 4096;  // entries of the stats page

void check_names(std::vector<ReadStream>& streams) {
  std::map<std::string, Place> seen;
  for (ReadStream& entry : streams) {
    if (!entry.map.has("name")) {
      continue;
    }
    const Place place = entry.map.place("name");
    const auto [at, fresh] = seen.emplace(entry.stream.name.str(), place);
    if (!fresh && entry.stream.name.str() != "unnamed") {
      entry.map.problem("name", "another stream is called \"" + entry.stream.name.str() +
                                    "\" already, in line " + std::to_string(at->second.line));
    }
  }
}

/// Two streams that take the same packets and the same programme would archive the same twice.
void check_flows(std::vector<ReadStream>& streams) {
  using Flow = std::tuple<std::string, uint16_t, std::string, std::string, int, int, uint16_t>;
  std::map<Flow, const ReadStream*> seen;
  for (ReadStream& entry : streams) {
    const Stream& s = entry.stream;
    if (s.source.scheme != Scheme::kUdp && s.source.scheme != Scheme::kRtp) {
      continue;
    }
    if (s.source.host.empty()) {
      continue;
    }
    const Flow flow{s.source.host,   s.source.port,         s.ssm,
                    s.port,          s.vlan ? *s.vlan : -1, static_cast<int>(s.program.kind),
                    s.program.number};
    const auto [at, fresh] = seen.emplace(flow, &entry);
    if (!fresh) {
      entry.map.problem("source", "stream \"" + at->second->stream.name.str() +
                                      "\" takes the same packets already; they must differ in "
                                      "address, port, ssm, vlan or program");
    }
  }
}

void check_ports(std::vector<ReadStream>& streams, const Dataplane& dataplane) {
  std::vector<std::string> names;
  for (const Port& port : dataplane.ports) {
    names.push_back(port.name);
  }
  for (ReadStream& entry : streams) {
    const std::string& wanted = entry.stream.port;
    if (wanted.empty() || std::ranges::find(names, wanted) != names.end()) {
      continue;
    }
    const std::string guess = closest(wanted, names);
    entry.map.problem("port", "no port is called \"" + wanted + "\" in dataplane.ports" +
                                  (guess.empty() ? "" : "; did you mean \"" + guess + "\"?"));
  }
}

}  // namespace

void check_streams(std::vector<ReadStream>& streams, const Dataplane& dataplane) {
  check_names(streams);
  check_flows(streams);
  check_ports(streams, dataplane);
  if (streams.size() > kMostStreams) {
    streams[kMostStreams].map.problem(
        "name", "an appliance takes at most " + std::to_string(kMostStreams) + " streams");
  }
}

}  // namespace sluice::config
