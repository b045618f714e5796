#include "tools/gen/channel.h"

#include <algorithm>

#include "dataplane/media/ts_packet.h"

namespace sluice::gen {

Channel::Channel(const Spec& spec) : spec_(spec), dice_(spec.faults, spec.seed + spec.number) {}

size_t Channel::largest() const {
  return header_size() + spec_.packets * media::kTsPacketSize;
}

size_t Channel::next(uint8_t* out) {
  const size_t count = std::min<size_t>(spec_.packets, spec_.ts->packets() - packet_);
  if (spec_.rtp) {
    write_rtp(out);
  }
  const std::span<uint8_t> packets(out + header_size(), count * media::kTsPacketSize);
  spec_.ts->render(packet_, {.loop = loop_, .ticks = spec_.ticks, .channel = spec_.number},
                   packets);
  packet_ += count;
  ++datagrams_;
  if (packet_ == spec_.ts->packets()) {
    packet_ = 0;
    ++loop_;
  }
  return header_size() + packets.size();
}

/// RFC 3550, 5.1, with the payload type of MPEG-2 transport streams and its 90 kHz clock (RFC
/// 2250).
void Channel::write_rtp(uint8_t* out) const {
  constexpr uint8_t kMp2t = 33;
  const auto time = static_cast<uint32_t>(due_ns() * 9 / 100'000);
  const uint32_t source = 0x5e17'0000U + spec_.number;
  out[0] = 0x80;
  out[1] = kMp2t;
  out[2] = static_cast<uint8_t>(datagrams_ >> 8);
  out[3] = static_cast<uint8_t>(datagrams_);
  for (unsigned i = 0; i < 4; ++i) {
    out[4 + i] = static_cast<uint8_t>(time >> (24 - 8 * i));
    out[8 + i] = static_cast<uint8_t>(source >> (24 - 8 * i));
  }
}

}  // namespace sluice::gen
