#include "config/source_url.h"

#include <array>

#include "config/address.h"

namespace sluice::config {
namespace {

constexpr std::array<std::pair<std::string_view, Scheme>, 4> kSchemes{{
    {"udp://", Scheme::kUdp},
    {"rtp://", Scheme::kRtp},
    {"file://", Scheme::kFile},
    {"rtsp://", Scheme::kRtsp},
}};

Status read_group(std::string_view rest, Source& source) {
  if (rest.starts_with('@')) {
    rest.remove_prefix(1);
  }
  if (rest.ends_with('/')) {
    rest.remove_suffix(1);
  }
  if (rest.find_first_of("/?#@") != std::string_view::npos) {
    return fail(
        "nothing may follow the address and port; set ssm, vlan and the like by their own "
        "keys");
  }
  const auto split = split_host_port(rest);
  if (!split) {
    return fail(split.error());
  }
  const auto address = Address::parse(split->host);
  if (!address) {
    return fail("needs an IPv4 address, or an IPv6 address in brackets, like udp://239.1.1.1:5000");
  }
  if (!split->port || *split->port == 0) {
    return fail("needs a port from 1 to 65535, like udp://239.1.1.1:5000");
  }
  source.host = address->text;
  source.port = *split->port;
  return {};
}

Status read_file(std::string_view rest, Source& source) {
  const size_t query = rest.find('?');
  const std::string_view path = rest.substr(0, query);
  if (!path.starts_with('/') || path.size() < 2) {
    return fail("needs a whole path after file://, like file:///srv/clip.ts");
  }
  source.path = path;
  if (query != std::string_view::npos) {
    const std::string_view parameter = rest.substr(query + 1);
    if (parameter == "pace=max") {
      source.pace = Pace::kMax;
    } else if (parameter != "pace=recorded") {
      return fail("after the path only ?pace=recorded or ?pace=max may follow");
    }
  }
  return {};
}

/// Takes "user:password@" out, so that `url` can be shown.
Status read_rtsp(std::string_view rest, Source& source) {
  const size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  const size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  const auto split = split_host_port(authority);
  if (!split || split->host.empty()) {
    return fail("needs a host, like rtsp://camera.example/stream1");
  }
  source.host = split->host;
  source.port = split->port.value_or(554);  // RFC 7826, 4.2
  source.url = "rtsp://" + std::string(authority) + std::string(rest.substr(slash));
  return {};
}

}  // namespace

Result<Source> parse_source(std::string_view text) {
  for (const auto& [prefix, scheme] : kSchemes) {
    if (!text.starts_with(prefix)) {
      continue;
    }
    Source source;
    source.scheme = scheme;
    source.url = text;
    const std::string_view rest = text.substr(prefix.size());
    const Status read = scheme == Scheme::kFile   ? read_file(rest, source)
                        : scheme == Scheme::kRtsp ? read_rtsp(rest, source)
                                                  : read_group(rest, source);
    if (!read) {
      return fail(read.error());
    }
    return source;
  }
  return fail("must start with udp://, rtp://, file:// or rtsp://");
}

}  // namespace sluice::config
