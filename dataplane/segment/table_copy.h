#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "dataplane/media/section.h"
#include "dataplane/media/ts_packet.h"

namespace sluice::segment {

/// The last PAT or PMT that came, kept to be put in front of a segment.
class TableCopy {
 public:
  /// Packets that the longest section needs, with an adaptation field in the first.
  static constexpr size_t kMaxPackets = 6;

  bool empty() const noexcept { return size_ == 0; }
  void clear() noexcept { size_ = 0; }

  /// Keeps a section that ended in `last`. @param single  it began in it too
  void keep(uint16_t pid, const media::TsPacket& last, bool single, Bytes section) noexcept;

  /// The PID's next packet came, which does not hold this table.
  void pass(uint8_t continuity_counter) noexcept {
    last_is_whole_ = false;
    counter_ = continuity_counter;
  }

  /// What `write` gave has been put in front of a segment: the PID's last packet has come twice.
  void written() noexcept { last_is_whole_ = false; }

  /// Writes the packets to put in front. A table that came in one packet, the last of its PID, is
  /// that packet once more: a legal duplicate, the first time (ISO 13818-1, 2.4.3.3). Else the
  /// section is packed anew, its first packet with discontinuity_indicator, its last with the
  /// counter of the PID's last packet, so that what follows goes on from there.
  /// @param to  room for kMaxPackets packets  @return bytes written
  size_t write(uint8_t* to) const noexcept;

 private:
  uint16_t pid_ = 0;
  uint8_t counter_ = 0;
  bool last_is_whole_ = false;
  size_t size_ = 0;
  std::array<uint8_t, media::kTsPacketSize> packet_;
  std::array<uint8_t, media::Section::kMaxSize> section_;
};

}  // namespace sluice::segment
