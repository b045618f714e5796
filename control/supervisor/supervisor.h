#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "config/base/clock.h"
#include "config/base/stop_signal.h"
#include "control/supervisor/child.h"
#include "control/supervisor/probe.h"

namespace sluice::supervisor {

/// A program that is kept running.
struct Program {
  std::string name;                  ///< for people: sluice-dataplane
  std::vector<std::string> command;  ///< path and arguments
};

struct Options {
  Program control;
  Program dataplane;
  std::optional<std::chrono::nanoseconds> run_for;  ///< counted from ready
  std::chrono::milliseconds first_backoff{100};     ///< before a restart; doubles up to the longest
  std::chrono::milliseconds longest_backoff{5000};
  std::chrono::seconds settled{10};    ///< a process that lived this long starts over at the first
  std::chrono::seconds patience{30};   ///< from SIGTERM to SIGKILL, for the dataplane
  std::chrono::milliseconds tick{20};  ///< how often the probe is asked
  std::function<void()> reload;        ///< called when the stop signal brings a reload instead
};

/// Runs an appliance's two processes: control first, then the dataplane. Says "ready" on `out` once
/// packets can be captured. Until then the end of either ends the whole; afterwards either is
/// started again, with back-off, whenever it ends by itself. A stop ends the dataplane, which
/// seals, then control, which stores what is sealed; a second one kills both, and what is not
/// stored stays in shared memory for the next run. One thread; log lines by spdlog.
class Supervisor {
 public:
  Supervisor(Options options, Probe& probe, const Clock& clock, StopSignal& stop,
             std::ostream& out);

  /// Runs until a stop is asked for, the time is over or all sources have ended.
  /// @return the exit status: 0 everything ended well, 1 failed, 2 a process refused its
  /// configuration
  int run();

 private:
  struct Kept {
    Program program;
    std::optional<Child> child;
    Clock::Monotonic started{};
    Clock::Monotonic restart_at{};
    std::chrono::milliseconds backoff{};
  };

  bool start(Kept& kept);
  bool bring_up();
  void keep_running();
  void keep(Kept& kept);
  void stop_all();
  void stop_dataplane();
  bool revive_control();
  void stop_control();
  bool impatient();
  void wait();
  static bool has_ended(Kept& kept);
  bool start_up_failed(Kept& kept);

  Options options_;
  Probe& probe_;
  const Clock& clock_;
  StopSignal& stop_;
  std::ostream& out_;
  Kept control_;
  Kept dataplane_;
  bool ended_ = false;  ///< the dataplane is through with its files
  bool killed_ = false;
  bool was_ready_ = false;
  int status_ = 0;
};

}  // namespace sluice::supervisor
