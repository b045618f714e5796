#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "config/base/digest.h"
#include "dataplane/media/crc32.h"
#include "dataplane/media/section.h"

namespace sluice::media {

/// A section that came to its end, damaged or not.
struct SectionSeen {
  uint8_t table_id = 0;
  bool has_crc = false;
  bool is_sound = false;  ///< its CRC is right, or it has none
  Bytes bytes;            ///< whole, if it was kept and fits; else empty
};

/// Follows the sections of one PID as SectionAssembler does, but tells of damaged ones, too, and of
/// those that are longer than a PMT may be: their CRC is taken while they come, so that nothing of
/// them has to be kept. Trivial: all zero is fresh.
class SectionFollower {
 public:
  void reset() noexcept { size_ = collecting_ = 0; }

  /// Takes one packet's payload. @param keep  room for Section::kMaxSize bytes that stays the same
  /// from call to call, or nullptr where nothing is kept. @param found  called with each
  /// SectionSeen; its bytes are good until it returns
  template <typename Found>
  void push(Bytes payload, bool unit_start, uint8_t* keep, Found&& found) {
    if (!unit_start) {
      collect(payload, keep, found);
      return;
    }
    if (payload.empty()) return;
    const size_t pointer = payload[0];
    payload = payload.subspan(1);
    if (pointer > payload.size()) {
      reset();
      return;
    }
    collect(payload.first(pointer), keep, found);
    reset();
    collecting_ = 1;
    collect(payload.subspan(pointer), keep, found);
  }

 private:
  static constexpr size_t kBegin = 3;                ///< bytes up to section_length
  static constexpr uint8_t kTimeOffsetTable = 0x73;  ///< the short form that has a CRC (EN 300 468)

  bool has_crc() const noexcept { return (begin_[1] & 0x80) != 0 || begin_[0] == kTimeOffsetTable; }
  size_t wanted() const noexcept {
    return kBegin + (static_cast<size_t>(begin_[1] & 0xf) << 8 | begin_[2]);
  }

  template <typename Found>
  void collect(Bytes bytes, uint8_t* keep, Found& found) {
    while (collecting_ != 0 && !bytes.empty()) {
      if (size_ == 0 && bytes[0] == 0xff) {  // stuffing: no more sections in this packet
        reset();
        return;
      }
      bytes = bytes.subspan(fill(bytes, keep));
      if (size_ < kBegin || size_ < wanted()) continue;
      found(seen(keep));
      size_ = 0;
    }
    if (size_ == 0) collecting_ = 0;  // the next one needs a unit start
  }

  /// Takes what the section still lacks. @return bytes taken
  size_t fill(Bytes bytes, uint8_t* keep) noexcept {
    size_t taken = 0;
    while (size_ < kBegin && taken < bytes.size()) begin_[size_++] = bytes[taken++];
    if (size_ < kBegin) return taken;
    if (size_ == kBegin) {
      crc_ = has_crc() ? crc32_mpeg(begin_) : 0;
      if (keep != nullptr) std::copy(begin_.begin(), begin_.end(), keep);
    }
    const Bytes rest = bytes.subspan(taken, std::min(bytes.size() - taken, wanted() - size_));
    if (has_crc()) crc_ = crc32_mpeg(rest, crc_);
    if (keep != nullptr && size_ + rest.size() <= Section::kMaxSize) {
      std::memcpy(keep + size_, rest.data(), rest.size());
    }
    size_ += static_cast<uint32_t>(rest.size());
    return taken + rest.size();
  }

  SectionSeen seen(const uint8_t* keep) const noexcept {
    SectionSeen section;
    section.table_id = begin_[0];
    section.has_crc = has_crc();
    section.is_sound = !section.has_crc || crc_ == 0;
    if (keep != nullptr && size_ <= Section::kMaxSize) section.bytes = Bytes(keep, size_);
    return section;
  }

  std::array<uint8_t, kBegin> begin_;
  uint8_t collecting_;
  uint32_t size_;
  uint32_t crc_;
};

}  // namespace sluice::media
