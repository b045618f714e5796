#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "config/base/digest.h"

namespace sluice::media {

/// Reads bits from the front, most significant first. Behind the end everything is 0 and `ok` is
/// false: a parser reads on and asks once.
class BitReader {
 public:
  explicit BitReader(Bytes bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }

  uint32_t bits(unsigned count) {
    uint32_t value = 0;
    while (count-- > 0) value = value << 1 | bit();
    return value;
  }
  bool flag() { return bit() != 0; }
  void skip(unsigned count) { bits(count); }

  /// ue(v): an unsigned Exp-Golomb code (ISO 14496-10, 9.1).
  uint32_t ue() {
    unsigned zeros = 0;
    while (ok_ && zeros < 32 && bit() == 0) ++zeros;
    if (!ok_ || zeros == 32) {
      ok_ = false;
      return 0;
    }
    return (uint32_t{1} << zeros) - 1 + bits(zeros);
  }
  /// se(v): a signed one.
  int32_t se() {
    const uint32_t code = ue();
    const auto half = static_cast<int32_t>(code / 2);
    return code % 2 != 0 ? half + 1 : -half;
  }

 private:
  uint32_t bit() {
    if (position_ / 8 >= bytes_.size()) {
      ok_ = false;
      return 0;
    }
    const uint32_t value = bytes_[position_ / 8] >> (7 - position_ % 8) & 1U;
    ++position_;
    return value;
  }

  Bytes bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

/// The payload of a NAL unit without its emulation prevention bytes (ISO 14496-10, 7.4.1).
inline std::vector<uint8_t> unescape(Bytes nal) {
  std::vector<uint8_t> out;
  out.reserve(nal.size());
  unsigned zeros = 0;
  for (const uint8_t byte : nal) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    out.push_back(byte);
  }
  return out;
}

}  // namespace sluice::media
