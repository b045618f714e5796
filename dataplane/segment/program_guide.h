#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "config/appliance.h"
#include "dataplane/media/program_tables.h"
#include "dataplane/media/section.h"
#include "dataplane/segment/pid_table.h"
#include "dataplane/segment/table_copy.h"

namespace sluice::segment {

/// Follows PAT and PMTs and says which elementary stream decides where to cut: the first video of
/// the lowest-numbered programme that has video; else that programme's first audio, else its first
/// PES. Keeps the roles in the PID table right. No allocation after construction.
class ProgramGuide {
 public:
  /// Programmes of a multiplex that are looked at.
  static constexpr size_t kMaxPrograms = 64;
  /// Bytes that `write_tables` needs.
  static constexpr size_t kMaxTableBytes = 2 * TableCopy::kMaxPackets * media::kTsPacketSize;

  ProgramGuide(const config::Program& wanted, PidTable& pids);

  /// What came with a packet.
  struct News {
    bool pat = false;          ///< a PAT ended
    bool pmt = false;          ///< the guide's PMT ended
    bool pmt_changed = false;  ///< and it differs from the one before
    uint64_t pat_began = 0;    ///< index of the packet in which it began
    uint64_t pmt_began = 0;
  };

  /// Takes a packet of a PID with the role kPsi. @param broken  packets of the PID are missing
  /// before it  @param index  the packet's number in the stream
  News take(const media::TsPacket& packet, bool broken, uint64_t index) noexcept;

  /// Codec of the guide; nothing as long as no PMT named one.
  std::optional<media::Codec> codec() const noexcept { return codec_; }

  /// Copies of the last PAT and the guide's PMT, ready to stand in front of a segment; 0 bytes if
  /// either has not come. @param to  room for kMaxTableBytes  @return bytes
  size_t write_tables(uint8_t* to) const noexcept;

 private:
  struct Program {
    uint16_t number = 0;
    uint16_t pmt_pid = 0;
    bool seen = false;       ///< its PMT has come
    uint32_t crc = 0;        ///< of its PMT
    media::Codec codec{};    ///< of the stream that would be its guide
    uint16_t guide_pid = 0;  ///< 0 = it has none
    uint16_t pcr_pid = 0;
    uint64_t pmt_began = 0;
    media::SectionAssembler assembler;
  };

  void take_pat(const media::Section& section) noexcept;
  void take_pmt(Program& program, const media::Section& section) noexcept;
  void choose() noexcept;
  bool is_settled() const noexcept;
  void set_roles(bool on) noexcept;

  config::Program wanted_;
  PidTable& pids_;
  std::unique_ptr<Program[]> programs_;
  size_t count_ = 0;
  uint32_t pat_crc_ = 0;
  unsigned pat_repeats_ = 0;
  media::SectionAssembler pat_assembler_;
  uint64_t pat_began_ = 0;
  TableCopy pat_copy_;
  TableCopy pmt_copy_;
  Program* chosen_ = nullptr;
  std::optional<uint32_t> guide_crc_;  ///< of the guide's last PMT
  std::optional<media::Codec> codec_;
  uint16_t guide_pid_ = media::kNullPid;
  uint16_t clock_pid_ = media::kNullPid;
};

}  // namespace sluice::segment
