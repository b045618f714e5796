#pragma once

#include <cstdint>

#include "config/base/digest.h"

namespace sluice::net {

/// The Internet checksum (RFC 1071), over as many pieces as one likes; all but the last are of even
/// length. Over bytes that hold their own right checksum the value is 0.
class InternetChecksum {
 public:
  InternetChecksum& add(Bytes bytes) noexcept {
    for (size_t at = 0; at < bytes.size(); ++at) {
      sum_ += at % 2 == 0 ? uint32_t{bytes[at]} << 8 : bytes[at];
    }
    return *this;
  }
  uint16_t value() const noexcept {
    uint64_t sum = sum_;
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return static_cast<uint16_t>(~sum);
  }

 private:
  uint64_t sum_ = 0;
};

}  // namespace sluice::net
