#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "config/base/digest.h"
#include "dataplane/media/packet_grid.h"
#include "dataplane/media/ts_packet.h"

namespace sluice::tools::analyze {

/// Walks over the TS packets of a file of 188-, 192- or 204-byte packets, in place.
class TsWalk {
 public:
  struct Step {
    media::TsPacket packet;
    uint64_t number = 0;    ///< of the packet, counted over places without one, too
    uint64_t bad_sync = 0;  ///< places in front of it where a packet should have begun
  };

  explicit TsWalk(Bytes bytes) : bytes_(bytes) {
    grid_ = media::PacketGrid::detect(bytes_, at_);
    skipped_ = at_;
  }

  /// The next packet, or none at the end.
  std::optional<Step> next() {
    if (at_ + media::kTsPacketSize > bytes_.size()) return {};
    uint64_t bad = 0;
    if (!grid_.holds_packet(bytes_, at_)) [[unlikely]] {
      const size_t from = at_;
      at_ = grid_.find_behind(bytes_, at_);
      skipped_ += at_ - from;
      bad = (at_ - from + grid_.stride() - 1) / grid_.stride();
      number_ += bad;
      if (at_ >= bytes_.size()) {
        bad_at_end_ = bad;
        return {};
      }
    }
    const Step step{media::TsPacket(bytes_.data() + at_), number_++, bad};
    at_ += grid_.stride();
    return step;
  }

  size_t stride() const { return grid_.stride(); }
  uint64_t skipped() const { return skipped_; }
  size_t position() const { return at_; }
  uint64_t bad_at_end() const { return bad_at_end_; }

 private:
  Bytes bytes_;
  size_t at_ = 0;
  media::PacketGrid grid_;
  uint64_t number_ = 0;
  uint64_t skipped_ = 0;
  uint64_t bad_at_end_ = 0;
};

}  // namespace sluice::tools::analyze
