#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dataplane/source/packet_source.h"

namespace sluice::source {

/// What a DPDK port's driver counts, going on where it was when the port is made anew and its
/// driver begins at nought. Belongs to the slow thread.
class PortCounters {
 public:
  /// The port has been made.
  void begin(uint16_t id);
  /// It is about to be unmade.
  void end();

  NicCounters counters();
  std::vector<Xstat> xstats();

 private:
  void read();
  void list_xstats();

  std::optional<uint16_t> id_;
  NicCounters before_;  ///< what ports that were unmade had counted
  NicCounters now_;     ///< before_ and what has come since
  std::vector<uint64_t> xstat_ids_;
  std::vector<Xstat> xstats_before_;
  std::vector<Xstat> xstats_now_;
};

}  // namespace sluice::source
