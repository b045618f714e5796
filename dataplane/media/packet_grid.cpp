#include "dataplane/media/packet_grid.h"

#include <algorithm>
#include <array>

namespace sluice::media {

bool PacketGrid::is_sure(Bytes bytes, size_t at) const noexcept {
  for (size_t seen = 0; seen < kSure; ++seen, at += stride_) {
    if (at + kTsPacketSize > bytes.size()) {
      const bool at_end = at + kTsPacketSize - stride_ <= bytes.size() && at >= bytes.size();
      return seen >= 2 || (seen == 1 && at_end);
    }
    if (bytes[at] != kTsSync) return false;
  }
  return true;
}

bool PacketGrid::holds_packet(Bytes bytes, size_t at) const noexcept {
  if (!is_sync(bytes, at)) return false;
  const size_t next = at + stride_;
  if (next >= bytes.size() || bytes[next] == kTsSync) return true;
  // Its own end may be missing, not only the next one's sync byte.
  for (size_t within = at + 1; within < next; ++within) {
    if (is_sync(bytes, within) && is_sure(bytes, within)) return false;
  }
  return true;
}

size_t PacketGrid::find_behind(Bytes bytes, size_t at) const noexcept {
  for (size_t place = at + 1; place + kTsPacketSize <= bytes.size(); ++place) {
    if (bytes[place] != kTsSync) continue;
    const size_t steps = (place - at) / stride_;
    const bool in_step = steps * stride_ == place - at && steps <= kPatience;
    if (in_step || is_sure(bytes, place)) return place;
  }
  return bytes.size();
}

PacketGrid::Tally PacketGrid::count(Bytes bytes, size_t at) const noexcept {
  Tally tally;
  for (; at + kTsPacketSize <= bytes.size(); at += stride_) {
    ++tally.places;
    if (bytes[at] == kTsSync) ++tally.in_sync;
  }
  return tally;
}

PacketGrid PacketGrid::detect(Bytes bytes, size_t& first) noexcept {
  constexpr std::array<size_t, 3> kStrides{kTsPacketSize, 192, 204};
  for (first = 0; first + kTsPacketSize <= bytes.size(); ++first) {
    if (bytes[first] != kTsSync) continue;
    for (const size_t stride : kStrides) {
      const PacketGrid grid(stride);
      if (grid.is_sure(bytes, first)) return grid;
    }
  }
  first = bytes.size();
  return PacketGrid();
}

}  // namespace sluice::media
