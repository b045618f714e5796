#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sluice {

using Bytes = std::span<const uint8_t>;
using Sha256Digest = std::array<uint8_t, 32>;
using Md5Digest = std::array<uint8_t, 16>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

/// SHA-256 over pieces (FIPS 180-4). One thread at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(Bytes bytes);
  Sha256Digest finish();

 private:
  void* context_;
};

Sha256Digest sha256(Bytes bytes);
Sha256Digest hmac_sha256(Bytes key, Bytes message);
Md5Digest md5(Bytes bytes);

std::string hex(Bytes bytes);
std::string base64(Bytes bytes);

}  // namespace sluice
