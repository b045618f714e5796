#include "tools/import/site_yaml.h"

#include <array>
#include <utility>

namespace sluice::tools::import {
namespace {

/// Text as a double-quoted scalar (YAML 1.2, 7.3.1), so that none is taken for something else.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c >= ' ' || c < 0 ? c : '?';
  }
  return out + "\"";
}

std::string bitrate(uint64_t bits) {
  static constexpr std::array<std::pair<uint64_t, const char*>, 3> kUnits{
      {{1'000'000'000, "Gbps"}, {1'000'000, "Mbps"}, {1000, "kbps"}}};
  for (const auto& [factor, unit] : kUnits) {
    if (bits % factor == 0) {
      return std::to_string(bits / factor) + unit;
    }
  }
  return std::to_string(bits) + "bps";
}

std::string stream_line(const config::Stream& stream) {
  const config::Stream usual{.name = stream.name};
  std::string line =
      "  - {name: " + quoted(stream.name.str()) + ", source: " + quoted(stream.source.url);
  if (!stream.ssm.empty()) {
    line += ", ssm: " + quoted(stream.ssm);
  }
  if (stream.vlan) {
    line += ", vlan: " + std::to_string(*stream.vlan);
  }
  if (!stream.group.empty()) {
    line += ", group: " + quoted(stream.group);
  }
  if (stream.bitrate != usual.bitrate) {
    line += ", bitrate: " + bitrate(stream.bitrate);
  }
  if (stream.program.kind == config::Program::Kind::kNumber) {
    line += ", program: " + std::to_string(stream.program.number);
  }
  return line + "}\n";
}

}  // namespace

std::string streams_yaml(const std::vector<config::Stream>& streams) {
  std::string out = "streams:\n";
  for (const config::Stream& stream : streams) {
    out += stream_line(stream);
  }
  return out;
}

std::string site_yaml(const std::vector<config::Stream>& streams, const Site& site) {
  std::string list = site.list;
  std::erase_if(list, [](char c) { return c >= 0 && c < ' '; });
  std::string out = "# " + std::to_string(streams.size()) + " channels of " + list +
                    ", by sluice import. `sluice check -c FILE` says what they would use.\n";
  if (!site.interface.empty()) {
    out += "dataplane: {interface: " + quoted(site.interface) + "}\n";
  }
  return out + streams_yaml(streams) + "storage:\n  endpoint: " + quoted(site.endpoint) + "\n";
}

}  // namespace sluice::tools::import
