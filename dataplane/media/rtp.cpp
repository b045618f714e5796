#include "dataplane/media/rtp.h"

namespace sluice::media {
namespace {

uint16_t load16(const uint8_t* p) {
  return static_cast<uint16_t>(p[0] << 8 | p[1]);
}
uint32_t load32(const uint8_t* p) {
  return uint32_t{load16(p)} << 16 | load16(p + 2);
}

}  // namespace

std::optional<RtpPacket> RtpPacket::read(Bytes datagram) noexcept {
  constexpr size_t kFixed = 12;
  if (datagram.size() < kFixed || datagram[0] >> 6 != 2) return {};
  const bool padding = (datagram[0] & 0x20) != 0;
  const bool extension = (datagram[0] & 0x10) != 0;
  size_t begin = kFixed + size_t{4} * (datagram[0] & 0xfU);
  if (extension) {
    if (datagram.size() < begin + 4) return {};
    begin += 4 + size_t{4} * load16(datagram.data() + begin + 2);
  }
  if (begin > datagram.size()) return {};
  size_t end = datagram.size();
  if (padding) {
    const size_t pad = datagram.back();
    if (pad == 0 || pad > end - begin) return {};
    end -= pad;
  }
  return RtpPacket{.payload_type = static_cast<uint8_t>(datagram[1] & 0x7f),
                   .marker = (datagram[1] & 0x80) != 0,
                   .sequence = load16(datagram.data() + 2),
                   .timestamp = load32(datagram.data() + 4),
                   .ssrc = load32(datagram.data() + 8),
                   .payload = datagram.subspan(begin, end - begin)};
}

}  // namespace sluice::media
