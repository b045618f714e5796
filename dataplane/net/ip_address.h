#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "config/base/result.h"

namespace sluice::net {

/// An IPv4 or IPv6 address in 16 bytes of network order; IPv4 stands as ::ffff:a.b.c.d (RFC 4291,
/// 2.5.5.2), so that one comparison serves both. All zero = no address.
class IpAddress {
 public:
  constexpr IpAddress() = default;

  /// "239.1.1.1", "ff3e::8000:1"; no brackets, no zone.
  static Result<IpAddress> parse(std::string_view text);
  /// @param network  4 bytes as they stand in an IPv4 header
  static IpAddress v4(const uint8_t* network) noexcept {
    IpAddress address;
    address.bytes_[10] = address.bytes_[11] = 0xff;
    std::memcpy(address.bytes_.data() + 12, network, 4);
    return address;
  }
  /// @param network  16 bytes as they stand in an IPv6 header
  static IpAddress v6(const uint8_t* network) noexcept {
    IpAddress address;
    std::memcpy(address.bytes_.data(), network, 16);
    return address;
  }

  bool is_v4() const noexcept;
  bool is_multicast() const noexcept;
  bool is_none() const noexcept { return *this == IpAddress{}; }
  const std::array<uint8_t, 16>& bytes() const noexcept { return bytes_; }
  std::string str() const;

  // The check takes the zero that a comparison is held against for a pointer.
  auto operator<=>(const IpAddress&) const = default;  // NOLINT(modernize-use-nullptr): see above

 private:
  std::array<uint8_t, 16> bytes_{};
};

}  // namespace sluice::net
