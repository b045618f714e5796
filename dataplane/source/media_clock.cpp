#include "dataplane/source/media_clock.h"

#include <algorithm>

#include "dataplane/media/timestamp.h"

namespace sluice::source {
namespace {

constexpr int64_t kLongestStep = media::kPcrClock;  // PCRs come every 100 ms at the most (2.7.2)

constexpr int64_t to_ns(int64_t ticks) {
  return ticks * 1000 / 27;
}

}  // namespace

int64_t MediaClock::pass(Bytes packets) noexcept {
  const auto now =
      last_pcr_ns_ + static_cast<int64_t>(static_cast<double>(packets_since_pcr_) * ns_per_packet_);
  shown_ns_ = std::max(shown_ns_, now);
  for (size_t at = 0; at + media::kTsPacketSize <= packets.size(); at += media::kTsPacketSize) {
    const media::TsPacket packet(packets.data() + at);
    const uint16_t pid = packet.header().pid();
    if (packet.has_pcr() && (pid_ == media::kNullPid || pid == pid_)) {
      const bool anew = pid_ == media::kNullPid || packet.discontinuity_indicator();
      pid_ = pid;
      take_pcr(packet.pcr(), anew);
    }
    ++packets_since_pcr_;
  }
  return shown_ns_;
}

void MediaClock::take_pcr(media::Pcr pcr, bool anew) noexcept {
  const int64_t step = media::pcr_distance(last_pcr_, pcr);
  last_pcr_ = pcr;
  if (!anew && step > 0 && step <= kLongestStep && packets_since_pcr_ > 0) {
    ns_per_packet_ = static_cast<double>(to_ns(step)) / static_cast<double>(packets_since_pcr_);
    last_pcr_ns_ += to_ns(step);
  } else {
    last_pcr_ns_ += static_cast<int64_t>(static_cast<double>(packets_since_pcr_) * ns_per_packet_);
  }
  packets_since_pcr_ = 0;
}

}  // namespace sluice::source
