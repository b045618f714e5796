#include "tools/import/channel_source.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "config/address.h"
#include "config/source_url.h"

namespace sluice::tools::import {
namespace {

std::string small_letters(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

/// "[2001:db8::1]" or "2001:db8::1" or "10.0.0.1".
std::optional<config::Address> address(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    text = text.substr(1, text.size() - 2);
  }
  return config::Address::parse(text);
}

/// What stands behind the '?' of a URL: ffmpeg's options.
void read_query(std::string_view query, ChannelSource& out) {
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view option = query.substr(0, end);
    const std::string_view key = option.substr(0, option.find('='));
    if (key == "sources" && option.size() > key.size()) {
      out.ssm = option.substr(key.size() + 1);
    } else if (!key.empty()) {
      out.notes.push_back("the option \"" + std::string(key) + "\" of its URL is not used");
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
}

Result<ChannelSource> group_source(std::string_view scheme, std::string_view rest) {
  ChannelSource out;
  if (const size_t query = rest.find('?'); query != std::string_view::npos) {
    read_query(rest.substr(query + 1), out);
    rest = rest.substr(0, query);
  }
  if (const size_t at = rest.rfind('@'); at != std::string_view::npos && at > 0) {
    out.ssm = rest.substr(0, at);
    rest.remove_prefix(at);
  }
  auto source = config::parse_source(std::string(scheme) + "://" + std::string(rest));
  if (!source) {
    return fail("its source: " + source.error().message);
  }
  out.source = std::move(*source);
  out.source.url = group_url(out.source);
  return out;
}

Result<ChannelSource> url_source(std::string_view url) {
  const size_t colon = url.find("://");
  if (colon == std::string_view::npos) {
    return fail("has no URL such as udp://239.1.1.1:5000, but a file's name or something else");
  }
  const std::string scheme = small_letters(url.substr(0, colon));
  if (scheme == "udp" || scheme == "rtp") {
    return group_source(scheme, url.substr(colon + 3));
  }
  if (scheme == "rtsp") {
    return fail("rtsp:// is not supported yet by this build");
  }
  if (scheme == "http" || scheme == "https") {
    return fail(scheme + ":// is no source: Sluice takes udp:// and rtp:// off the network");
  }
  return fail("its URL is neither udp:// nor rtp://");
}

/// "udp", "RTP", "MPEG-TS/UDP": how the columns name the two.
Result<std::string> scheme_of(const std::string& protocol) {
  const std::string word = small_letters(protocol);
  if (word.empty() || word.find("udp") != std::string::npos) {
    return word.find("rtp") != std::string::npos ? "rtp" : "udp";
  }
  if (word.find("rtp") != std::string::npos) {
    return "rtp";
  }
  return fail("the protocol \"" + protocol + "\" is neither udp nor rtp");
}

Result<ChannelSource> columns_source(const Channel& channel) {
  if (channel.address.empty()) {
    return fail("has neither an address nor a URL");
  }
  const auto scheme = scheme_of(channel.protocol);
  if (!scheme) {
    return fail(scheme.error());
  }
  // An IPv6 address alone may stand without brackets, and then holds no port.
  const auto whole = address(channel.address);
  const auto split = config::split_host_port(channel.address);
  const std::string host = whole ? whole->text : split ? split->host : channel.address;
  std::string port = channel.port;
  if (!whole && split && split->port) {
    const std::string with_address = std::to_string(*split->port);
    if (!port.empty() && port != with_address) {
      return fail("has the port " + with_address + " with its address, and another, " + port);
    }
    port = with_address;
  }
  if (!config::Address::parse(host)) {
    return fail("the address \"" + host + "\" is neither IPv4 nor IPv6");
  }
  if (port.empty()) {
    return fail("has no port");
  }
  const bool v6 = host.find(':') != std::string::npos;
  return group_source(*scheme, (v6 ? "[" + host + "]" : host) + ":" + port);
}

/// Bits a second of "kbps", "Mbit/s", "M"; 0 for what is no such unit.
double factor(std::string_view unit) {
  static constexpr std::array<std::string_view, 7> kBits{"b",    "bps",   "b/s",   "bit",
                                                         "bits", "bit/s", "bits/s"};
  static constexpr std::array<std::pair<char, double>, 3> kPrefixes{
      {{'k', 1e3}, {'m', 1e6}, {'g', 1e9}}};
  double times = 1;
  for (const auto& [prefix, power] : kPrefixes) {
    if (unit.starts_with(prefix)) {
      times = power;
      unit.remove_prefix(1);
      break;
    }
  }
  const bool known = std::ranges::find(kBits, unit) != kBits.end() || (times > 1 && unit.empty());
  return known ? times : 0;
}

}  // namespace

std::string group_url(const config::Source& source) {
  const bool v6 = source.host.find(':') != std::string::npos;
  return std::string(source.scheme == config::Scheme::kRtp ? "rtp://" : "udp://") +
         (v6 ? "[" + source.host + "]" : source.host) + ":" + std::to_string(source.port);
}

Result<ChannelSource> channel_source(const Channel& channel) {
  auto out = channel.url.empty() ? columns_source(channel) : url_source(channel.url);
  if (!out) {
    return out;
  }
  const std::string& sender = channel.ssm.empty() ? out->ssm : channel.ssm;
  if (sender.empty()) {
    return out;
  }
  const auto parsed = address(sender);
  if (!parsed) {
    return fail("the sender \"" + sender + "\" is no address");
  }
  if (parsed->v6 != (out->source.host.find(':') != std::string::npos)) {
    return fail("its sender and its group are not both IPv4, or both IPv6");
  }
  out->ssm = parsed->text;
  return out;
}

Result<uint64_t> channel_bitrate(std::string_view text, std::string_view unit_of_column) {
  std::string plain = small_letters(text);
  std::erase(plain, ' ');
  if (std::ranges::count(plain, ',') == 1 && plain.find('.') == std::string::npos) {
    std::ranges::replace(plain, ',', '.');
  }
  double value = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  const std::string_view unit =
      std::string_view(plain).substr(static_cast<size_t>(end - plain.data()));
  const double times = factor(unit.empty() ? unit_of_column : unit);
  constexpr double kMost = 1e11;
  if (error != std::errc() || !(value * times >= 1) || value * times > kMost) {
    return fail("the bitrate \"" + std::string(text) +
                "\" is not used: it needs a unit, like 8 Mbit/s");
  }
  return static_cast<uint64_t>(std::llround(value * times));
}

}  // namespace sluice::tools::import
