#include "config/address.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>

namespace sluice::config {
namespace {

std::optional<unsigned> parse_number(std::string_view text, unsigned most) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > most) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  const std::string input(text);
  std::array<uint8_t, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  Address address;
  if (::inet_pton(AF_INET, input.c_str(), bytes.data()) == 1) {
    address.multicast = (bytes[0] & 0xf0) == 0xe0;  // RFC 5771
  } else if (::inet_pton(AF_INET6, input.c_str(), bytes.data()) == 1) {
    address.v6 = true;
    address.multicast = bytes[0] == 0xff;  // RFC 4291, 2.7
  } else {
    return std::nullopt;
  }
  ::inet_ntop(address.v6 ? AF_INET6 : AF_INET, bytes.data(), canonical.data(), canonical.size());
  address.text = canonical.data();
  return address;
}

bool is_network_address(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return false;
  }
  const auto address = Address::parse(text.substr(0, slash));
  return address && parse_number(text.substr(slash + 1), address->v6 ? 128 : 32).has_value();
}

Result<HostPort> split_host_port(std::string_view text) {
  HostPort out;
  std::string_view port;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) {
      return fail("the bracket around the IPv6 address is not closed");
    }
    out.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (text.empty()) {
      return out;
    }
    if (text.front() != ':') {
      return fail("after the IPv6 address in brackets only a colon and a port may follow");
    }
    port = text.substr(1);
  } else {
    const size_t colon = text.find(':');
    if (colon != text.rfind(':')) {
      return fail("an IPv6 address stands in brackets, like [ff3e::8000:1]:5000");
    }
    out.host = text.substr(0, colon);
    if (colon == std::string_view::npos) {
      return out;
    }
    port = text.substr(colon + 1);
  }
  const auto number = parse_number(port, UINT16_MAX);
  if (!number) {
    return fail("\"" + std::string(port) + "\" is no port (0 to 65535)");
  }
  out.port = static_cast<uint16_t>(*number);
  return out;
}

}  // namespace sluice::config
