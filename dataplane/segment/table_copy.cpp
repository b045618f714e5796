#include "dataplane/segment/table_copy.h"

#include <algorithm>

namespace sluice::segment {

using media::kTsPacketSize;

void TableCopy::keep(uint16_t pid, const media::TsPacket& last, bool single,
                     Bytes section) noexcept {
  pid_ = pid;
  counter_ = last.header().continuity_counter();
  last_is_whole_ = single;
  size_ = section.size();
  std::memcpy(section_.data(), section.data(), section.size());
  std::memcpy(packet_.data(), last.data(), kTsPacketSize);
}

size_t TableCopy::write(uint8_t* to) const noexcept {
  if (last_is_whole_) {
    std::memcpy(to, packet_.data(), kTsPacketSize);
    return kTsPacketSize;
  }
  constexpr size_t kHeader = 4;
  constexpr size_t kAdaptation = 2;
  constexpr size_t kPointer = 1;
  constexpr size_t kFirst = kTsPacketSize - kHeader - kAdaptation - kPointer;
  constexpr size_t kOther = kTsPacketSize - kHeader;
  const size_t packets = size_ <= kFirst ? 1 : 1 + (size_ - kFirst + kOther - 1) / kOther;
  const uint8_t* from = section_.data();
  size_t left = size_;
  for (size_t i = 0; i < packets; ++i) {
    uint8_t* p = to + i * kTsPacketSize;
    std::memset(p, 0xff, kTsPacketSize);
    const bool first = i == 0;
    p[0] = media::kTsSync;
    p[1] = static_cast<uint8_t>((first ? 0x40 : 0) | pid_ >> 8);
    p[2] = static_cast<uint8_t>(pid_);
    p[3] = static_cast<uint8_t>((first ? 0x30 : 0x10) | ((counter_ + 1 + i - packets) & 0xf));
    uint8_t* payload = p + kHeader;
    if (first) {
      payload[0] = 1;     // adaptation_field_length
      payload[1] = 0x80;  // discontinuity_indicator
      payload[2] = 0;     // pointer_field
      payload += kAdaptation + kPointer;
    }
    const size_t n = std::min(left, first ? kFirst : kOther);
    std::memcpy(payload, from, n);
    from += n;
    left -= n;
  }
  return packets * kTsPacketSize;
}

}  // namespace sluice::segment
