#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/appliance.h"
#include "config/roll.h"
#include "dataplane/lcore/errands.h"
#include "dataplane/lcore/roster.h"
#include "storage/arena/command.h"
#include "storage/arena/stats.h"

namespace sluice::lcore {

/// Carries out what comes by the command socket. A change is checked whole before anything of it is
/// done; then it is written to the roll, then done, then answered: who has the answer can rely on
/// the change, whatever dies next. Belongs to the command server's thread.
class StreamCommands {
 public:
  /// All outlive this.
  struct Parts {
    const std::filesystem::path& file;   ///< the configuration's
    const config::Appliance& appliance;  ///< as it was started
    Errands& errands;
    Roster& roster;  ///< touched by errands only
    const arena::StatsPage& page;
  };
  /// @param roll  that stands written
  StreamCommands(const Parts& parts, config::Roll roll);

  /// A request's line to an answer's.
  std::string answer(std::string_view line);
  /// What SIGHUP asks for; what comes of it is logged.
  void reload();

 private:
  using Answer = arena::CommandAnswer;
  using Request = arena::CommandRequest;

  Answer carry_out(const Request& request);
  Answer list();
  Answer add_or_change(const Request& request);
  Answer remove(const Request& request);
  Answer reload(const Request& request);
  Answer drain();
  Answer take_up(config::Roll roll);
  bool wait_until_settled(Answer& answer);

  Parts parts_;
  config::Appliance appliance_;  // `defaults` and ports as last read
  config::Roll roll_;
  bool drained_ = false;
};

}  // namespace sluice::lcore
