#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dataplane/media/program_tables.h"
#include "dataplane/media/section.h"
#include "dataplane/media/ts_packet.h"

namespace sluice::tools::analyze {

struct StreamEntry {
  uint16_t pid = 0;
  uint8_t stream_type = 0;
  std::string kind;      ///< "H.264 video", "teletext"
  std::string language;  ///< ISO 639, "" = not told
};

struct ProgramEntry {
  uint16_t pmt_pid = 0;
  uint16_t pcr_pid = media::kNullPid;
  bool has_pmt = false;
  std::string service;  ///< from the SDT; "" = not told
  std::string provider;
  std::vector<StreamEntry> streams;
};

/// What PAT, PMTs and SDT say is in a stream: the last that was said.
class Services {
 public:
  Services();

  /// Whether its tables are read here.
  bool reads(uint16_t pid) const { return assemblers_.contains(pid); }
  /// Takes a packet of a PID that is read. @param broken  packets of the PID are missing before it
  void take(const media::TsPacket& packet, bool broken);

  uint16_t transport_stream_id() const { return transport_stream_id_; }
  const std::map<uint16_t, ProgramEntry>& programs() const { return programs_; }
  /// What a PID is for: "PMT 1", "H.264 video", "EIT", or "" if nothing says.
  std::string kind(uint16_t pid) const;
  /// The number of the programme that a PID belongs to; 0 = none.
  uint16_t program_of(uint16_t pid) const;
  std::string language(uint16_t pid) const;

 private:
  void take_section(uint16_t pid, const media::Section& section);
  void take_pat(const media::Section& section);
  void take_pmt(uint16_t pid, const media::Section& section);
  void take_sdt(const media::Section& section);

  std::map<uint16_t, media::SectionAssembler> assemblers_;
  std::map<uint16_t, ProgramEntry> programs_;
  std::map<uint16_t, std::pair<std::string, std::string>> names_;  ///< service, provider
  uint16_t transport_stream_id_ = 0;
};

}  // namespace sluice::tools::analyze
