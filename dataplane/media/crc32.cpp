#include "dataplane/media/crc32.h"

#include <array>

namespace sluice::media {
namespace {

/// Bytes taken at once: each has a table of its own, so that they do not wait for each other.
constexpr size_t kStride = 8;
using Table = std::array<uint32_t, 256>;

constexpr std::array<Table, kStride> make_tables() {
  std::array<Table, kStride> tables{};
  for (uint32_t i = 0; i < tables[0].size(); ++i) {
    uint32_t remainder = i << 24;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder & 0x8000'0000) != 0 ? remainder << 1 ^ 0x04c1'1db7 : remainder << 1;
    }
    tables[0][i] = remainder;
  }
  // Table n: the same byte with n zero bytes behind it.
  for (size_t n = 1; n < kStride; ++n) {
    for (size_t i = 0; i < tables[n].size(); ++i) {
      const uint32_t before = tables[n - 1][i];
      tables[n][i] = before << 8 ^ tables[0][before >> 24];
    }
  }
  return tables;
}

constexpr std::array<Table, kStride> kTables = make_tables();

}  // namespace

uint32_t crc32_mpeg(Bytes bytes, uint32_t crc) noexcept {
  const uint8_t* p = bytes.data();
  size_t left = bytes.size();
  for (; left >= kStride; left -= kStride, p += kStride) {
    crc = kTables[7][p[0] ^ crc >> 24] ^ kTables[6][p[1] ^ (crc >> 16 & 0xff)] ^
          kTables[5][p[2] ^ (crc >> 8 & 0xff)] ^ kTables[4][p[3] ^ (crc & 0xff)] ^
          kTables[3][p[4]] ^ kTables[2][p[5]] ^ kTables[1][p[6]] ^ kTables[0][p[7]];
  }
  for (; left > 0; --left, ++p) crc = crc << 8 ^ kTables[0][crc >> 24 ^ *p];
  return crc;
}

}  // namespace sluice::media
