#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "config/base/digest.h"

namespace sluice::media {

/// A PSI section with the long header (ISO 13818-1, 2.4.4.10), whole and with a right CRC. The view
/// is good as long as the bytes are.
class Section {
 public:
  static constexpr size_t kMaxSize = 1024;  ///< of PAT and PMT sections
  static constexpr size_t kHeaderSize = 8;
  static constexpr size_t kCrcSize = 4;

  /// @param bytes  a section for which `is_valid` holds
  explicit Section(Bytes bytes) : bytes_(bytes) {}
  /// Whether these bytes are one section with the long header and a right CRC.
  static bool is_valid(Bytes bytes) noexcept { return has_long_form(bytes) && has_crc(bytes); }
  /// Whether they are as long as their long header says.
  static bool has_long_form(Bytes bytes) noexcept;
  static bool has_crc(Bytes bytes) noexcept;

  Bytes bytes() const { return bytes_; }
  uint8_t table_id() const { return bytes_[0]; }
  uint16_t table_id_extension() const { return word(3); }
  uint8_t version() const { return bytes_[5] >> 1 & 0x1f; }
  bool current() const { return (bytes_[5] & 1) != 0; }
  uint8_t number() const { return bytes_[6]; }
  uint8_t last_number() const { return bytes_[7]; }
  /// What stands between the header and the CRC.
  Bytes body() const { return bytes_.subspan(kHeaderSize, bytes_.size() - kHeaderSize - kCrcSize); }

 private:
  uint16_t word(size_t at) const { return static_cast<uint16_t>(bytes_[at] << 8 | bytes_[at + 1]); }
  Bytes bytes_;
};

/// Puts the sections of one PID together from the payloads of its packets (ISO 13818-1, 2.4.4.1):
/// pointer fields, several sections in a packet, a section over several packets. Fixed memory.
/// Sections that are longer than PAT and PMT may be, short-form or damaged are passed over; those
/// whose CRC is wrong are counted.
class SectionAssembler {
 public:
  /// Sections with a wrong CRC since this was last asked.
  uint32_t take_crc_errors() noexcept { return std::exchange(crc_errors_, 0); }

  /// Forgets a section that is half there: after a packet was lost.
  void reset() noexcept {
    size_ = 0;
    collecting_ = false;
  }

  /// Takes one packet's payload. @param found  called as `found(Section, bool began_here)` for each
  /// section that ends in it; the section's bytes are good until it returns. A section that did not
  /// begin in this packet began in the last one that had unit_start set.
  template <typename Found>
  void push(Bytes payload, bool unit_start, Found&& found) {
    if (!unit_start) {
      collect(payload, false, found);
      return;
    }
    if (payload.empty()) return;
    const size_t pointer = payload[0];
    payload = payload.subspan(1);
    if (pointer > payload.size()) {
      reset();
      return;
    }
    collect(payload.first(pointer), false, found);
    reset();
    collecting_ = true;
    collect(payload.subspan(pointer), true, found);
  }

 private:
  /// Bytes that the section has in all, as far as its first bytes tell.
  size_t expected() const noexcept {
    return size_ < 3 ? 3 : size_t{3} + (static_cast<size_t>(buffer_[1] & 0xf) << 8 | buffer_[2]);
  }
  /// Takes what the section still lacks. @return what is left of `bytes`
  Bytes fill(Bytes bytes) noexcept;

  template <typename Found>
  void collect(Bytes bytes, bool began_here, Found&& found) {
    while (collecting_ && !bytes.empty()) {
      if (size_ == 0 && bytes[0] == 0xff) {  // stuffing: no more sections in this packet
        reset();
        return;
      }
      bytes = fill(bytes);
      if (size_ < 3 || size_ < expected()) continue;
      const Bytes section(buffer_.data(), size_);
      if (Section::has_long_form(section)) {
        if (Section::has_crc(section)) {
          found(Section(section), began_here);
        } else {
          ++crc_errors_;
        }
      }
      size_ = 0;
    }
    if (size_ == 0) collecting_ = false;  // the next one needs a unit start
  }

  std::array<uint8_t, Section::kMaxSize> buffer_;
  size_t size_ = 0;
  bool collecting_ = false;
  uint32_t crc_errors_ = 0;
};

}  // namespace sluice::media
