#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/base/result.h"

namespace sluice::config {

/// An IPv4 or IPv6 address in its canonical spelling (RFC 5952), without brackets or zone.
struct Address {
  std::string text;
  bool v6 = false;
  bool multicast = false;

  static std::optional<Address> parse(std::string_view text);
};

/// An address with a prefix length, "10.1.2.3/24".
bool is_network_address(std::string_view text);

struct HostPort {
  std::string host;  ///< without brackets
  std::optional<uint16_t> port;
};

/// Takes "host", "host:port" or "[IPv6]:port" apart. The host may be empty; it is not looked at.
Result<HostPort> split_host_port(std::string_view text);

}  // namespace sluice::config
