#include "tools/analyze/datagrams.h"

#include <optional>

namespace sluice::tools::analyze {
namespace {

using media::kTsPacketSize;

/// RTP is told by its looks, whatever the URL says.
std::optional<media::RtpPacket> rtp_of(Bytes datagram) {
  if (datagram.empty() || datagram[0] == media::kTsSync) return {};
  auto packet = media::RtpPacket::read(datagram);
  const bool holds_ts = packet && !packet->payload.empty() && packet->payload[0] == media::kTsSync;
  return holds_ts ? packet : std::nullopt;
}

}  // namespace

void Datagrams::take(Bytes datagram, int64_t arrival_ns) {
  ++taken_;
  const auto packet = rtp_of(datagram);
  if (!packet) {
    take_payload(datagram, arrival_ns);
    return;
  }
  rtp_.take(*packet);
  if (window_.is_new_source(*packet)) {
    window_.flush(in_order());
    runs_.reset();
  }
  window_.take(*packet, arrival_ns, in_order());
}

void Datagrams::take_payload(Bytes payload, int64_t arrival_ns) {
  measurement_.set_time(arrival_ns);
  const auto found = runs_.take(payload, [&](const uint8_t* begin, const uint8_t* end) {
    for (const uint8_t* p = begin; p != end; p += kTsPacketSize) {
      measurement_.take(media::TsPacket(p), number_++);
    }
    return true;
  });
  if (found.packets == 0) ++without_ts_;
  if (found.sync_losses == 0 && found.packets > 0) return;
  const size_t places = payload.size() / kTsPacketSize;
  const size_t missing = places > found.packets ? places - found.packets : 0;
  measurement_.take_gaps(found.sync_losses, missing);
  number_ += missing;
}

void Datagrams::finish() {
  window_.flush(in_order());
}

}  // namespace sluice::tools::analyze
