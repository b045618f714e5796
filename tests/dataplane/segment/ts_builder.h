#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "config/base/digest.h"

namespace sluice::segment {

/// Makes transport streams packet by packet, with right counters.
class TsBuilder {
 public:
  static constexpr uint16_t kPmtPid = 0x1000;
  static constexpr uint16_t kVideoPid = 0x100;
  static constexpr uint16_t kAudioPid = 0x101;

  struct PmtStream {
    uint8_t type;
    uint16_t pid;
  };

  /// One section, in as many packets as it needs.
  void table(uint16_t pid, std::vector<uint8_t> section_without_crc);
  void pat(std::vector<uint16_t> programs = {1}, uint8_t version = 0);
  /// @param padding  bytes of programme descriptors, to make the table longer
  /// @param pcr_pid  0 = the first stream's
  void pmt(std::vector<PmtStream> streams, uint8_t version = 0, uint16_t program = 1,
           uint16_t pmt_pid = kPmtPid, size_t padding = 0, uint16_t pcr_pid = 0);
  /// PAT and a PMT of H.264 on kVideoPid and AAC on kAudioPid.
  void tables();

  struct Flags {
    std::optional<uint64_t> pcr;  ///< 27 MHz
    bool random_access = false;
    bool discontinuity = false;
    bool scrambled = false;
  };
  /// A PES packet with this elementary stream. @param stream_id  0xe0 video, 0xc0 audio
  void pes(uint16_t pid, std::optional<uint64_t> pts, const std::vector<uint8_t>& payload,
           const Flags& flags);
  void pes(uint16_t pid, std::optional<uint64_t> pts, const std::vector<uint8_t>& payload) {
    pes(pid, pts, payload, Flags());
  }
  /// A whole H.264 picture, with a PCR 0.2 s before its PTS.
  void idr(uint64_t pts) { picture(pts, kIdr); }
  void slice(uint64_t pts) { picture(pts, kSlice); }
  void recovery_point(uint64_t pts) { picture(pts, kRecoveryPoint); }
  void picture(uint64_t pts, const std::vector<uint8_t>& begin, size_t size = 500);
  void null() { packet(0x1fff, false, {}, Flags()); }
  /// One packet. Payload shorter than a packet is stuffed in the adaptation field.
  void packet(uint16_t pid, bool unit_start, Bytes payload, const Flags& flags);
  /// Lets counters skip one, as if a packet were lost.
  void lose(uint16_t pid) { ++counters_[pid]; }

  const std::vector<uint8_t>& bytes() const { return bytes_; }
  /// What was made since this was last called; counters go on.
  std::vector<uint8_t> take() { return std::exchange(bytes_, {}); }
  size_t packets() const { return bytes_.size() / 188; }
  Bytes packet_at(size_t index) const { return Bytes(bytes_).subspan(index * 188, 188); }

  static const std::vector<uint8_t> kIdr;
  static const std::vector<uint8_t> kSlice;
  static const std::vector<uint8_t> kRecoveryPoint;

 private:
  std::vector<uint8_t> bytes_;
  std::map<uint16_t, uint8_t> counters_;
};

}  // namespace sluice::segment
