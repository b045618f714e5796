#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "config/appliance.h"
#include "config/base/file_lock.h"
#include "config/base/result.h"
#include "config/base/stop_signal.h"
#include "config/roll.h"
#include "dataplane/lcore/command_server.h"
#include "dataplane/lcore/errands.h"
#include "dataplane/lcore/housekeeper.h"
#include "dataplane/lcore/pipeline.h"
#include "dataplane/lcore/plan.h"
#include "dataplane/lcore/room.h"
#include "dataplane/lcore/roster.h"
#include "dataplane/lcore/stats_slots.h"
#include "dataplane/lcore/stream_commands.h"
#include "dataplane/lcore/tsc_clock.h"
#include "dataplane/source/eal.h"
#include "dataplane/source/input_plan.h"
#include "dataplane/source/inputs.h"
#include "dataplane/source/packet_pool.h"
#include "storage/arena/stats.h"
#include "storage/arena/writer.h"

namespace sluice::lcore {

/// The whole dataplane process: takes its role, sets everything up, captures until it is told to
/// stop or its files have ended, and seals what there is. Belongs to the main thread, which is also
/// the slow thread.
class Dataplane {
 public:
  /// Checks everything that can be checked before anything is touched, then takes the dataplane's
  /// lock and sets up EAL, sources, arena and streams: those of the configuration, with what was
  /// changed by command while a predecessor ran.
  /// @param file  that the configuration was read from
  static Result<std::unique_ptr<Dataplane>> set_up(config::Appliance appliance,
                                                   std::filesystem::path file);
  ~Dataplane();

  /// Waits until control has told where every stream's numbers go on. False if a stop was asked
  /// for meanwhile.
  bool wait_for_numbers(StopSignal& stop);

  /// Joins the groups and starts the lcores. When it returns, packets are captured, and commands
  /// taken. False if a stop was asked for meanwhile.
  Result<bool> start(StopSignal& stop);

  /// Does the slow thread's chores until a stop is asked for or all files have ended; then stops
  /// the lcores. Everything is sealed when it returns.
  /// @return whether every source was read to its end, or to the stop
  bool run(StopSignal& stop);

 private:
  Dataplane(config::Appliance appliance, std::filesystem::path file, config::Roll roll,
            FileLock lock, arena::StatsFile stats)
      : appliance_(std::move(appliance)),
        file_(std::move(file)),
        roll_(std::move(roll)),
        lock_(std::move(lock)),
        stats_(std::move(stats)) {}
  Status set_up_sources();
  Status set_up_arena();
  Status set_up_streams();
  void make_housekeeper();
  Status take_commands();
  void do_chores();
  uint32_t reserve() const;

  const config::Appliance appliance_;
  const std::filesystem::path file_;
  config::Roll roll_;
  FileLock lock_;
  arena::StatsFile stats_;
  std::optional<StatsSlots> slots_;
  LcorePlan lcores_;
  source::SourcePlan plan_;
  std::optional<source::Eal> eal_;
  source::PacketPool pool_;
  source::PacketPool large_pool_;  // none where nothing comes from the network
  std::unique_ptr<arena::ArenaWriter> arena_;
  std::optional<source::Inputs> inputs_;
  std::optional<TscClock> clock_;
  std::optional<Room> room_;
  std::unique_ptr<Pipeline> pipeline_;
  std::optional<Housekeeper> housekeeper_;
  std::optional<Roster> roster_;
  Errands errands_;
  std::optional<StreamCommands> commands_;
  std::unique_ptr<CommandServer> server_;
};

}  // namespace sluice::lcore
