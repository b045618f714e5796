#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/top/look.h"

namespace sluice::tools::top {

/// A counter and how fast it grew between two looks.
struct Count {
  uint64_t total = 0;
  double rate = 0;  ///< a second
};

struct PortRow {
  std::string device;
  bool link_up = false;
  double bits_per_second = 0;
  Count datagrams;
  Count missed;  ///< lost before Sluice had them: NIC, kernel, no buffer
  Count errors;
};

struct LcoreRow {
  uint64_t cpu = 0;
  std::string role;  ///< "rx", "segment", "rx+segment"
  double busy = 0;   ///< share of its time, 0 to 1
};

struct StreamRow {
  std::string name;
  std::string state;  ///< the page's, or "down" while no dataplane runs
  std::string group;
  std::string source;
  double bits_per_second = 0;
  Count datagrams;
  Count cc_errors;
  Count drops;
  Count rtp_lost;
  uint64_t transport_errors = 0;
  uint64_t sync_losses = 0;
  uint64_t scrambled = 0;
  uint64_t forced_cuts = 0;
  uint64_t sealed = 0;
  uint64_t stored = 0;
  std::optional<double> lag;  ///< seconds
  size_t index = 0;           ///< in the status

  /// Something that an operator wants to look into now.
  bool troubled() const;
};

struct DropRow {
  std::string reason;
  Count count;
};

/// What is shown: the newest look, with rates against the one before. A counter that went back (the
/// appliance was started afresh) has the rate 0.
struct Picture {
  api::Json status;  ///< the newest look's
  api::Json before;  ///< the other's
  double seconds = 0;
  Utc utc{};
  bool dataplane_running = false;
  bool control_running = false;
  double bits_per_second = 0;
  Count datagrams;
  Count cc_errors;
  Count dropped;
  std::vector<DropRow> drops;
  uint64_t arena_size = 0;
  uint64_t arena_used = 0;
  std::optional<double> arena_seconds;
  std::string store_state;
  std::string store_error;
  uint64_t segments_waiting = 0;
  std::vector<PortRow> ports;
  std::vector<LcoreRow> lcores;
  std::vector<StreamRow> streams;
};

Picture picture(const Look& before, const Look& now);

}  // namespace sluice::tools::top
