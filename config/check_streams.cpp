#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "config/closest.h"
#include "config/sections.h"

namespace sluice::config {
namespace {

constexpr size_t kMostStreams = 4096;  // entries of the stats page

void check_names(std::vector<ReadStream>& streams, const std::vector<const Stream*>& others) {
  std::map<std::string, Place> seen;
  for (const Stream* other : others) {
    seen.emplace(other->name.str(), Place{});
  }
  for (ReadStream& entry : streams) {
    if (!entry.map.has("name")) {
      continue;
    }
    const Place place = entry.map.place("name");
    const auto [at, fresh] = seen.emplace(entry.stream.name.str(), place);
    if (!fresh && entry.stream.name.str() != "unnamed") {
      const int line = at->second.line;
      entry.map.problem("name", "another stream is called \"" + entry.stream.name.str() +
                                    "\" already" +
                                    (line > 0 ? ", in line " + std::to_string(line) : ""));
    }
  }
}

using Flow = std::tuple<std::string, uint16_t, std::string, std::string, int, int, uint16_t>;

/// None where no packets of the network are taken.
std::optional<Flow> flow_of(const Stream& s) {
  const bool network = s.source.scheme == Scheme::kUdp || s.source.scheme == Scheme::kRtp;
  if (!network || s.source.host.empty()) {
    return std::nullopt;
  }
  return Flow{s.source.host,   s.source.port,         s.ssm,
              s.port,          s.vlan ? *s.vlan : -1, static_cast<int>(s.program.kind),
              s.program.number};
}

/// Two streams that take the same packets and the same programme would archive the same twice.
void check_flows(std::vector<ReadStream>& streams, const std::vector<const Stream*>& others) {
  std::map<Flow, const Stream*> seen;
  for (const Stream* other : others) {
    if (const auto flow = flow_of(*other)) {
      seen.emplace(*flow, other);
    }
  }
  for (ReadStream& entry : streams) {
    const auto flow = flow_of(entry.stream);
    if (!flow) {
      continue;
    }
    const auto [at, fresh] = seen.emplace(*flow, &entry.stream);
    if (!fresh) {
      entry.map.problem("source", "stream \"" + at->second->name.str() +
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

void check_streams(std::vector<ReadStream>& streams, const std::vector<const Stream*>& others,
                   const Dataplane& dataplane) {
  check_names(streams, others);
  check_flows(streams, others);
  check_ports(streams, dataplane);
  if (others.size() + streams.size() > kMostStreams && !streams.empty()) {
    const size_t first = kMostStreams - std::min(others.size(), kMostStreams);
    streams[std::min(first, streams.size() - 1)].map.problem(
        "name", "an appliance takes at most " + std::to_string(kMostStreams) + " streams");
  }
}

}  // namespace sluice::config
