#include "dataplane/media/pes.h"

#include <algorithm>

namespace sluice::media {
namespace {

/// Five bytes with three marker bits (table 2-21). Wrong markers are forgiven: some encoders send
/// them.
uint64_t time_stamp(const uint8_t* p) {
  return uint64_t{p[0] >> 1 & 7U} << 30 | uint64_t{p[1]} << 22 | uint64_t{p[2] >> 1 & 0x7fU} << 15 |
         uint64_t{p[3]} << 7 | p[4] >> 1;
}

/// Streams whose PES packets have no optional header (2.4.3.7): programme stream map and directory,
/// padding, private_stream_2, ECM, EMM, DSM-CC, H.222.1 type E.
bool is_bare(uint8_t stream_id) {
  switch (stream_id) {
    case 0xbc:
    case 0xbe:
    case 0xbf:
    case 0xf0:
    case 0xf1:
    case 0xf2:
    case 0xf8:
    case 0xff:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<PesHeader> PesHeader::read(Bytes payload) noexcept {
  if (payload.size() < 6 || payload[0] != 0 || payload[1] != 0 || payload[2] != 1) return {};
  PesHeader header;
  header.stream_id = payload[3];
  header.size = 6;
  if (is_bare(header.stream_id)) return header;
  if (payload.size() < 9 || (payload[6] & 0xc0) != 0x80) return {};
  header.scrambled = (payload[6] & 0x30) != 0;
  const unsigned flags = payload[7] >> 6;
  const size_t length = payload[8];
  header.size = 9 + length;
  if ((flags & 2) != 0) {
    if (length < 5 || payload.size() < 14) return {};
    header.pts = time_stamp(payload.data() + 9);
  }
  if (flags == 3) {
    if (length < 10 || payload.size() < 19) return {};
    header.dts = time_stamp(payload.data() + 14);
  }
  return header;
}

PesHead::State PesHead::take(Bytes payload) noexcept {
  const size_t before = size_;
  const size_t taken = std::min(payload.size(), kMost - size_);
  std::copy_n(payload.begin(), taken, bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += taken;
  if (const auto header = PesHeader::read(Bytes(bytes_).first(size_))) {
    header_ = *header;
    left_ = header_.size - std::min(header_.size, before);
    state_ = State::kWhole;
  } else if (!may_go_on()) {
    state_ = State::kBad;
  }
  return state_;
}

/// Whether nothing but bytes is missing.
bool PesHead::may_go_on() const noexcept {
  constexpr std::array<uint8_t, 3> kStart{0, 0, 1};
  if (!std::equal(
          bytes_.begin(),
          bytes_.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(size_, kStart.size())),
          kStart.begin())) {
    return false;
  }
  if (size_ > 6 && (bytes_[6] & 0xc0) != 0x80) return false;
  if (size_ < 9) return true;
  const unsigned flags = bytes_[7] >> 6;
  const size_t stamps = flags == 3 ? 10 : (flags & 2) != 0 ? 5 : 0;
  return bytes_[8] >= stamps && size_ < 9 + stamps;
}

}  // namespace sluice::media
