#include "tools/run_appliance.h"

#include <algorithm>
#include <chrono>
#include <iostream>

#include "config/base/file_lock.h"
#include "config/base/log.h"
#include "config/base/stop_signal.h"
#include "config/not_acted_upon.h"
#include "control/supervisor/shared_memory.h"
#include "control/supervisor/supervisor.h"
#include "storage/arena/command_client.h"
#include "storage/arena/stats.h"
#include "tools/arguments.h"
#include "tools/commands.h"
#include "tools/preflight.h"
#include "tools/store_check.h"

namespace sluice::tools {
namespace {

/// One of the two programs, by where it lies as seen from this one: in the build folder, beside it,
/// or installed.
Result<std::string> find_program(const std::string& name, const std::string& folder) {
  std::error_code error;
  const auto here = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  for (const auto& place : {here / ".." / folder, here, here / ".." / "libexec" / "sluice"}) {
    const auto program = place / name;
    if (std::filesystem::is_regular_file(program, error)) {
      return std::filesystem::canonical(program, error).string();
    }
  }
  return fail("cannot find the program " + name + " (looked beside " + here.string() + "/sluice, " +
              "in ../" + folder + " and in ../libexec/sluice)");
}

Result<supervisor::Options> supervisor_options(const std::filesystem::path& file) {
  const std::string config = std::filesystem::absolute(file).string();
  const auto control = find_program("sluice-control", "control");
  if (!control) {
    return fail(control.error());
  }
  const auto dataplane = find_program("sluice-dataplane", "dataplane");
  if (!dataplane) {
    return fail(dataplane.error());
  }
  return supervisor::Options{.control = {"sluice-control", {*control, "-c", config}},
                             .dataplane = {"sluice-dataplane", {*dataplane, "-c", config}},
                             .run_for = std::nullopt};
}

/// The dataplane itself logs what comes of it.
void reload(const std::filesystem::path& folder) {
  const auto answer = arena::ask_dataplane(folder, {.command = arena::Command::kReload});
  if (!answer || !answer->error.empty()) {
    spdlog::error("reload: {}", answer ? answer->error : answer.error().message);
  }
}

/// Whether somebody holds the folder's roles, and goes on holding them: the kernel needs a second
/// or so to bury processes that were killed, with all of their memory.
bool runs_already(const std::filesystem::path& folder, StopSignal& stop) {
  constexpr auto kBurial = std::chrono::seconds(3);
  const auto deadline = std::chrono::steady_clock::now() + kBurial;
  const auto held = [&folder] {
    return FileLock::held(arena::dataplane_lock_path(folder)) ||
           FileLock::held(arena::control_lock_path(folder));
  };
  while (held()) {
    if (std::chrono::steady_clock::now() >= deadline || stop.wait(std::chrono::milliseconds(50))) {
      return true;
    }
  }
  return false;
}

}  // namespace

int run_appliance(const config::Appliance& appliance, const std::filesystem::path& file,
                  std::optional<std::chrono::nanoseconds> run_for) {
  StopSignal stop;
  auto options = supervisor_options(file);
  if (!options) {
    say_error(options.error().message);
    return kFailed;
  }
  options->run_for = run_for;
  options->reload = [&appliance] { reload(appliance.arena.path); };
  const std::filesystem::path& folder = appliance.arena.path;
  if (runs_already(folder, stop)) {
    say_error("an appliance runs already with arena.path " + folder.string());
    return kFailed;
  }
  if (const auto problems = preflight(appliance); !problems.empty()) {
    for (const std::string& problem : problems) {
      say_error(problem);
    }
    return kFailed;
  }
  if (const Status accepted = store_accepts(appliance); !accepted) {
    say_error(accepted.error().message);
    return kFailed;
  }
  for (const std::string& note : config::not_acted_upon(appliance)) {
    spdlog::warn("{}", note);
  }
  supervisor::PageProbe probe(folder);
  const SystemClock clock;
  const int status =
      supervisor::Supervisor(std::move(*options), probe, clock, stop, std::cout).run();
  if (const Status removed = supervisor::remove_shared_memory(folder); !removed) {
    spdlog::warn("{}", removed.error().message);
    return std::max(status, kFailed);
  }
  return status;
}

}  // namespace sluice::tools
