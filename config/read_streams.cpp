#include <charconv>

#include "config/address.h"
#include "config/base/units.h"
#include "config/sections.h"
#include "config/source_url.h"

namespace sluice::config {
namespace {

using namespace std::chrono_literals;

constexpr Duration kShortestTarget = 100ms;
constexpr Duration kLongestSegment = 1h;
constexpr Duration kLongestUrl = 7 * 24h;  // AWS SigV4: X-Amz-Expires

void read_segment(YamlMap& parent, Segment& out) {
  auto map = parent.map("segment");
  if (!map) {
    return;
  }
  const bool target = map->duration("target", out.target, kShortestTarget, kLongestSegment);
  // TARGETDURATION is the rounding of `max` and at least 1 (RFC 8216, 4.3.3.1)
  const bool max = map->duration("max", out.max, 500ms, kLongestSegment);
  map->boolean("inject_pat_pmt", out.inject_pat_pmt);
  map->close();
  if ((target || max) && out.target > out.max) {
    map->problem(target ? "target" : "max",
                 "target is longer than max, at which segments are cut by force; max is " +
                     format_duration(out.max));
  }
}

void read_playlist(YamlMap& parent, Playlist& out) {
  auto map = parent.map("playlist");
  if (!map) {
    return;
  }
  map->number("live_window", out.live_window, 0, 100'000);
  map->boolean("exact_window", out.exact_window);
  map->boolean("sign", out.sign);
  map->duration("url_ttl", out.url_ttl, 1s, kLongestUrl);
  map->close();
}

/// The keys that stand in `defaults` as well as in a stream.
template <typename Out>
void read_common(YamlMap& map, Out& out) {
  read_segment(map, out.segment);
  read_playlist(map, out.playlist);
  map.duration("retention", out.retention, 1s);
}

void read_name(YamlMap& map, std::string_view key, std::string& out) {
  std::string name;
  if (!map.text(key, name)) {
    return;
  }
  if (const auto id = StreamId::parse(name); !id) {
    map.problem(key, id.error().message);
    return;
  }
  out = name;
}

void read_source(YamlMap& map, Source& out) {
  std::string url;
  if (!map.text("source", url)) {
    if (!map.has("source")) {
      map.problem("source", "is missing, like \"udp://239.1.1.1:5000\"");
    }
    return;
  }
  const auto source = parse_source(url);
  if (!source) {
    map.problem("source", source.error().message);
    return;
  }
  out = *source;
}

void read_ssm(YamlMap& map, Stream& out) {
  std::string text;
  if (!map.text("ssm", text)) {
    return;
  }
  const auto address = Address::parse(text);
  if (!address || address->multicast) {
    map.problem("ssm", "\"" + text + "\" is no sender's address, like 10.0.0.1");
    return;
  }
  out.ssm = address->text;
  const auto group = Address::parse(out.source.host);
  if (group && group->v6 != address->v6) {
    map.problem("ssm", std::string("is an ") + (address->v6 ? "IPv6" : "IPv4") +
                           " address, and the source's is " + (group->v6 ? "IPv6" : "IPv4"));
  }
}

void read_program(YamlMap& map, Program& out) {
  std::string word;
  if (!map.text("program", word)) {
    return;
  }
  if (word == "auto" || word == "all") {
    out.kind = word == "auto" ? Program::Kind::kAuto : Program::Kind::kAll;
    return;
  }
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), out.number);
  // program_number 0 is the network PID (ISO 13818-1, 2.4.4.5)
  if (error != std::errc() || end != word.data() + word.size() || out.number == 0) {
    map.problem("program",
                "\"" + word + "\" is neither auto, nor all, nor a programme's number (1 to 65535)");
    return;
  }
  out.kind = Program::Kind::kNumber;
}

/// Keys that mean nothing for the source's scheme.
void check_scheme(YamlMap& map, const Stream& stream) {
  const Scheme scheme = stream.source.scheme;
  if (scheme == Scheme::kFile || scheme == Scheme::kRtsp) {
    for (const char* key : {"ssm", "port", "vlan"}) {
      if (map.has(key)) {
        map.problem(key, "only goes with udp:// and rtp:// sources");
      }
    }
  }
  if (scheme != Scheme::kRtsp) {
    for (const char* key : {"credentials_file", "retry_backoff"}) {
      if (map.has(key)) {
        map.problem(key, "only goes with rtsp:// sources");
      }
    }
  }
}

}  // namespace

ReadStream read_stream(YamlMap map, const Defaults& defaults) {
  Stream stream{.name = *StreamId::parse("unnamed"),
                .segment = defaults.segment,
                .playlist = defaults.playlist,
                .retention = defaults.retention};
  std::string name;
  read_name(map, "name", name);
  if (!map.has("name")) {
    map.problem("name", "is missing");
  }
  if (auto id = StreamId::parse(name)) {
    stream.name = *id;
  }
  read_source(map, stream.source);
  read_ssm(map, stream);
  map.text("port", stream.port);
  uint16_t vlan = 0;
  if (map.number("vlan", vlan, 1, 4094)) {  // IEEE 802.1Q
    stream.vlan = vlan;
  }
  read_name(map, "group", stream.group);
  map.bitrate("bitrate", stream.bitrate);
  read_program(map, stream.program);
  read_common(map, stream);
  map.path("credentials_file", stream.credentials_file);
  map.duration("retry_backoff", stream.retry_backoff);
  map.close();
  if (!stream.source.url.empty()) {
    check_scheme(map, stream);
  }
  return {std::move(stream), std::move(map)};
}

std::vector<ReadStream> read_streams(YamlMap& top, Defaults& defaults) {
  if (auto map = top.map("defaults")) {
    read_common(*map, defaults);
    map->close();
  }
  if (top.is_empty("streams")) {
    top.problem("streams", "at least one stream must be given");
  }
  std::vector<ReadStream> streams;
  for (YamlMap& map : top.maps("streams")) {
    streams.push_back(read_stream(std::move(map), defaults));
  }
  return streams;
}

}  // namespace sluice::config
