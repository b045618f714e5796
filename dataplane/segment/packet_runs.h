#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "config/base/digest.h"
#include "dataplane/media/packet_grid.h"
#include "dataplane/media/ts_packet.h"

namespace sluice::segment {

/// Finds the TS packets in a stream's datagrams. Most hold nothing but whole packets, which are
/// passed on as one run, in place. Packets may also be cut in two by the border of datagrams whose
/// length is no multiple of theirs (senders that write a byte stream): these are put together here.
/// Datagrams of 192- or 204-byte packets are taken, too. What is in no packet is left out.
class PacketRuns {
 public:
  struct Found {
    size_t packets = 0;
    size_t sync_losses = 0;  ///< places where a packet should have begun and none did
    bool stopped = false;    ///< `each` said no
  };

  /// Calls `each(const uint8_t* begin, const uint8_t* end)` for runs of whole packets, in order,
  /// until it returns false.
  template <typename Each>
  Found take(Bytes datagram, Each&& each) {
    if (torn_size_ == 0 && datagram.size() % media::kTsPacketSize == 0) [[likely]] {
      const uint8_t* const end = datagram.data() + datagram.size();
      const uint8_t* p = datagram.data();
      while (p != end && *p == media::kTsSync) p += media::kTsPacketSize;
      if (p == end) {
        return {.packets = datagram.size() / media::kTsPacketSize,
                .stopped = !each(datagram.data(), end)};
      }
    }
    return search(datagram, each);
  }

  /// Forgets the beginning of a packet that came with the last datagram: the next is another's.
  void reset() noexcept { torn_size_ = 0; }

 private:
  /// Where in the datagram the first packet begins, and how they lie.
  struct Start {
    media::PacketGrid grid;
    size_t at = 0;
    bool joins = false;  ///< what stands in front of it is the end of the torn packet
  };
  Start find_start(Bytes datagram) const noexcept;
  bool keep_torn(Bytes rest) noexcept;

  template <typename Each>
  Found search(Bytes datagram, Each& each) {
    Found found;
    const Start start = find_start(datagram);
    size_t at = start.at;
    if (start.joins) {
      std::copy_n(datagram.begin(), at, torn_.begin() + static_cast<std::ptrdiff_t>(torn_size_));
      found.packets = 1;
      found.stopped = !each(torn_.data(), torn_.data() + torn_.size());
    }
    if (torn_size_ > 0 && !start.joins) ++found.sync_losses;
    torn_size_ = 0;
    const size_t stride = start.grid.stride();
    while (!found.stopped && at + media::kTsPacketSize <= datagram.size()) {
      const size_t begin = at;
      size_t end = at;
      while (start.grid.holds_packet(datagram, at)) {
        ++found.packets;
        end = at + media::kTsPacketSize;
        at += stride;
        if (stride != media::kTsPacketSize) break;
      }
      if (end != begin) found.stopped = !each(datagram.data() + begin, datagram.data() + end);
      if (found.stopped || at + media::kTsPacketSize > datagram.size()) break;
      if (end != begin && stride != media::kTsPacketSize) continue;
      ++found.sync_losses;
      at = start.grid.find_behind(datagram, at);
    }
    if (found.stopped || found.packets == 0 || at >= datagram.size()) return found;
    if (!keep_torn(datagram.subspan(at))) ++found.sync_losses;
    return found;
  }

  std::array<uint8_t, media::kTsPacketSize> torn_;  ///< the beginning of a packet
  size_t torn_size_ = 0;
};

}  // namespace sluice::segment
