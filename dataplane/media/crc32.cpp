#include "dataplane/media/crc32.h"

#include <array>

namespace sluice::media {
namespace {

constexpr std::array<uint32_t, 256> make_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t remainder = i << 24;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder & 0x8000'0000) != 0 ? remainder << 1 ^ 0x04c1'1db7 : remainder << 1;
    }
    table[i] = remainder;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kTable = make_table();

}  // namespace

uint32_t crc32_mpeg(Bytes bytes) noexcept {
  uint32_t crc = 0xffff'ffff;
  for (const uint8_t byte : bytes) crc = crc << 8 ^ kTable[(crc >> 24 ^ byte) & 0xff];
  return crc;
}

}  // namespace sluice::media
