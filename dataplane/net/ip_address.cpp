#include "dataplane/net/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>

namespace sluice::net {

Result<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  uint8_t bytes[16];
  if (::inet_pton(AF_INET, terminated.c_str(), bytes) == 1) {
    return v4(bytes);
  }
  if (::inet_pton(AF_INET6, terminated.c_str(), bytes) == 1) {
    return v6(bytes);
  }
  return fail("\"" + terminated + "\" is not an IPv4 or IPv6 address");
}

bool IpAddress::is_v4() const noexcept {
  return bytes_[10] == 0xff && bytes_[11] == 0xff &&
         std::all_of(bytes_.begin(), bytes_.begin() + 10, [](uint8_t byte) { return byte == 0; });
}

bool IpAddress::is_multicast() const noexcept {
  return is_v4() ? (bytes_[12] & 0xf0) == 0xe0 : bytes_[0] == 0xff;
}

std::string IpAddress::str() const {
  char text[INET6_ADDRSTRLEN];
  if (is_v4()) {
    ::inet_ntop(AF_INET, bytes_.data() + 12, text, sizeof text);
  } else {
    ::inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  }
  return text;
}

}  // namespace sluice::net
