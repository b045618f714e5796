#pragma once

#include <array>
#include <bitset>
#include <cstdint>

#include "dataplane/media/program_tables.h"
#include "dataplane/media/section.h"
#include "dataplane/media/ts_packet.h"

namespace sluice::segment {

/// Takes one programme out of a multiplex: its PMT, its elementary streams, their PCR and ECM PIDs,
/// and a PAT that names it alone. All else is left out, null packets and tables of the whole
/// multiplex too. Fixed memory.
class ProgramFilter {
 public:
  /// What becomes of a packet.
  enum class Fate : uint8_t { kKeep, kReplace, kLeaveOut };

  explicit ProgramFilter(uint16_t program_number);

  /// Looks at the next packet in sync. After kReplace, `replacement` stands in its place.
  Fate take(const media::TsPacket& packet) noexcept;
  /// One packet, good until the next call of `take`.
  Bytes replacement() const noexcept { return replacement_; }

 private:
  Fate take_pat(const media::TsPacket& packet) noexcept;
  void rewrite_pat(const media::Section& section) noexcept;
  void take_pmt(const media::TsPacket& packet) noexcept;
  void select(const media::Section& section) noexcept;

  /// A section with one programme: header, its entry, CRC.
  static constexpr size_t kPatSize = 16;

  const uint16_t number_;
  uint16_t pmt_pid_ = media::kNullPid;
  std::bitset<media::kPidCount> kept_;
  media::SectionAssembler pat_assembler_;
  media::SectionAssembler pmt_assembler_;
  std::array<uint8_t, kPatSize> pat_{};
  bool has_pat_ = false;
  uint8_t pat_left_out_ = 0;  ///< packets of the PAT left out, by which its counter runs behind
  std::array<uint8_t, media::kTsPacketSize> replacement_{};
};

}  // namespace sluice::segment
