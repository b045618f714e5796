#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "dataplane/media/rtp.h"

namespace sluice::tools::analyze {

/// What the sequence numbers of RTP packets tell (RFC 3550, A.1): how many are missing, came twice,
/// or came behind others.
class RtpCount {
 public:
  void take(const media::RtpPacket& packet) {
    ++received_;
    payload_type_ = packet.payload_type;
    const auto ahead = static_cast<int16_t>(packet.sequence - highest_);
    if (!begun_ || packet.ssrc != ssrc_ || ahead > kFar || ahead < -kFar) {
      sources_ += !begun_ || packet.ssrc != ssrc_ ? 1 : 0;
      begun_ = true;
      ssrc_ = packet.ssrc;
      highest_ = packet.sequence;
      seen_ = 1;
    } else if (ahead > 0) {
      lost_ += static_cast<uint64_t>(ahead - 1);
      seen_ = ahead < 64 ? seen_ << ahead | 1 : 1;
      highest_ = packet.sequence;
    } else {
      const uint64_t bit = ahead > -64 ? uint64_t{1} << -ahead : 0;
      if ((seen_ & bit) != 0) {
        ++duplicates_;
      } else {
        ++reordered_;
        lost_ -= lost_ > 0 ? 1 : 0;
      }
      seen_ |= bit;
    }
  }

  uint64_t received() const { return received_; }
  uint64_t lost() const { return lost_; }  ///< those that came late are not among them
  uint64_t reordered() const { return reordered_; }
  uint64_t duplicates() const { return duplicates_; }
  uint64_t sources() const { return sources_; }  ///< changes of SSRC, the first included
  uint32_t ssrc() const { return ssrc_; }
  unsigned payload_type() const { return payload_type_; }

 private:
  static constexpr int kFar = 3000;

  bool begun_ = false;
  uint32_t ssrc_ = 0;
  unsigned payload_type_ = 0;
  uint16_t highest_ = 0;
  uint64_t seen_ = 0;  ///< bit n: highest_ - n has come
  uint64_t received_ = 0, lost_ = 0, reordered_ = 0, duplicates_ = 0, sources_ = 0;
};

}  // namespace sluice::tools::analyze
