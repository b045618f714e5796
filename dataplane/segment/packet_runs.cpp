#include "dataplane/segment/packet_runs.h"

#include <algorithm>

namespace sluice::segment {

using media::kTsPacketSize;
using media::kTsSync;
using media::PacketGrid;

namespace {

/// Whether a datagram consists of packets of another stride than 188. @param first  of its packet
bool consists_of(Bytes datagram, size_t stride, size_t first) noexcept {
  if (datagram.empty() || datagram.size() % stride != 0) return false;
  for (size_t at = first; at < datagram.size(); at += stride) {
    if (datagram[at] != kTsSync) return false;
  }
  return true;
}

/// A torn packet is put together only if another one follows where it ends, or nothing does.
bool goes_on_at(Bytes datagram, size_t at) noexcept {
  return at == datagram.size() || (at < datagram.size() && datagram[at] == kTsSync);
}

}  // namespace

PacketRuns::Start PacketRuns::find_start(Bytes datagram) const noexcept {
  constexpr size_t kTimed = 192;
  constexpr size_t kTimeStamp = 4;
  constexpr size_t kProtected = 204;
  const PacketGrid bare;
  const bool whole = datagram.size() % kTsPacketSize == 0;
  if (!whole && consists_of(datagram, kProtected, 0)) return {PacketGrid(kProtected), 0};
  if (!whole && consists_of(datagram, kTimed, kTimeStamp)) return {PacketGrid(kTimed), kTimeStamp};
  const bool begins = !datagram.empty() && datagram[0] == kTsSync;
  const bool sure = begins && bare.is_sure(datagram, 0);
  const size_t missing = kTsPacketSize - torn_size_;
  if (torn_size_ > 0 && goes_on_at(datagram, missing) && !(sure && whole)) {
    return {bare, missing, true};
  }
  // Packets that are in step with the datagram's borders need less proof than others.
  if ((begins || whole) && bare.count(datagram, 0).proves()) return {bare, 0};
  for (size_t at = 1; at + kTsPacketSize <= datagram.size(); ++at) {
    if (datagram[at] != kTsSync || !bare.is_sure(datagram, at)) continue;
    if (bare.count(datagram, at).proves()) return {bare, at};
  }
  return {bare, datagram.size()};
}

/// What is left at the end of a datagram may be the beginning of a packet. False if it is not.
bool PacketRuns::keep_torn(Bytes rest) noexcept {
  if (rest[0] != kTsSync || rest.size() >= kTsPacketSize) return false;
  std::copy(rest.begin(), rest.end(), torn_.begin());
  torn_size_ = rest.size();
  return true;
}

}  // namespace sluice::segment
