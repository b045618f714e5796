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
  /// Programmes of a multiplex that are looked at: those with the lowest numbers.
  static constexpr size_t kMaxPrograms = 64;
  /// Sections of a PAT that are looked at; each names up to 253 programmes.
  static constexpr size_t kMaxPatSections = 16;
  /// Bytes that `write_tables` needs.
  static constexpr size_t kMaxTableBytes = 2 * TableCopy::kMaxPackets * media::kTsPacketSize;

  ProgramGuide(const config::Program& wanted, PidTable& pids);

  /// What came with a packet.
  struct News {
    bool pat = false;              ///< a PAT ended, or that section of it which names the guide
    bool pmt = false;              ///< the guide's PMT ended
    bool pmt_changed = false;      ///< and it differs from the one before
    bool other_multiplex = false;  ///< the PAT has another transport_stream_id
    uint32_t crc_errors = 0;       ///< sections that ended with a wrong CRC
    uint64_t pat_began = 0;        ///< index of the packet in which it began
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
  /// They have been put in front of a segment.
  void tables_written() noexcept;

 private:
  struct Program {
    uint16_t number = 0;
    uint16_t pmt_pid = 0;
    bool listed = true;      ///< in the PAT that is being read
    bool seen = false;       ///< its PMT has come
    uint32_t crc = 0;        ///< of its PMT
    media::Codec codec{};    ///< of the stream that would be its guide
    uint16_t guide_pid = 0;  ///< 0 = it has none
    uint16_t pcr_pid = 0;
    uint64_t pmt_began = 0;
    media::SectionAssembler assembler;
  };

  void take_pat_packet(const media::TsPacket& packet, uint64_t index, News& news) noexcept;
  void take_pat(const media::Section& section, News& news) noexcept;
  void begin_pat(const media::Section& section) noexcept;
  void list(uint16_t number, uint16_t pmt_pid) noexcept;
  void end_pat() noexcept;
  void forget(Program& program) noexcept;
  bool names_guide(const media::Section& section) const noexcept;
  void take_pmt(Program& program, const media::Section& section) noexcept;
  void choose() noexcept;
  bool is_settled() const noexcept;
  void set_roles(bool on) noexcept;

  config::Program wanted_;
  PidTable& pids_;
  std::unique_ptr<Program[]> programs_;
  size_t count_ = 0;
  std::optional<uint16_t> transport_stream_id_;
  std::array<std::optional<uint32_t>, kMaxPatSections> pat_crcs_;  ///< by section, as they came
  uint8_t pat_version_ = 0;
  size_t pat_sections_ = 0;  ///< that the PAT has; 0 = none has come
  bool pat_whole_ = false;
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
