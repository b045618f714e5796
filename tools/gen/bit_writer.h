#pragma once

#include <cstdint>
#include <vector>

namespace sluice::gen {

/// Writes the bit strings of a NAL unit's payload, most significant bit first (ITU-T H.264, 7.2).
class BitWriter {
 public:
  /// u(n)
  void bits(uint32_t value, unsigned count) {
    while (count-- > 0) {
      bit((value >> count & 1) != 0);
    }
  }

  /// ue(v): Exp-Golomb code (9.1).
  void ue(uint32_t value) {
    unsigned length = 0;
    while ((value + 1) >> (length + 1) != 0) {
      ++length;
    }
    bits(0, length);
    bits(value + 1, length + 1);
  }

  /// rbsp_trailing_bits.
  void end() {
    bit(true);
    used_ = 8;
  }

  /// Whole bytes, once `end` was called.
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  void bit(bool on) {
    if (used_ == 8) {
      bytes_.push_back(0);
      used_ = 0;
    }
    bytes_.back() = static_cast<uint8_t>(bytes_.back() | (on ? 0x80U >> used_ : 0U));
    ++used_;
  }

  std::vector<uint8_t> bytes_;
  unsigned used_ = 8;
};

}  // namespace sluice::gen
