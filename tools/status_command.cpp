#include <iostream>
#include <memory>
#include <thread>

#include "config/base/clock.h"
#include "config/base/file_lock.h"
#include "config/roll.h"
#include "storage/arena/stats.h"
#include "tools/arguments.h"
#include "tools/commands.h"
#include "tools/status_table.h"
#include "tools/top/look.h"

namespace sluice::tools {
namespace {

/// Between the two looks that rates and busy shares come from.
constexpr std::chrono::milliseconds kForRates{300};

struct Arguments {
  std::filesystem::path file;
  bool json = false;
};

/// What there is to be told about processes that do not run. False if none does.
bool say_who_is_missing(const std::filesystem::path& folder) {
  const bool dataplane = FileLock::held(arena::dataplane_lock_path(folder));
  const bool control = FileLock::held(arena::control_lock_path(folder));
  if (!dataplane && !control) {
    say_error("not running: nobody works with arena.path " + folder.string() +
              "; start it with `sluice run`");
    return false;
  }
  if (!dataplane) {
    say_error("sluice-dataplane is not running: nothing is captured");
  }
  if (!control) {
    say_error("sluice-control is not running: nothing is stored");
  }
  return true;
}

int status(const Arguments& arguments) {
  auto appliance = load_or_say(arguments.file);
  if (!appliance) {
    return kWrongUsage;
  }
  config::take_roll(*appliance);
  const std::filesystem::path& folder = appliance->arena.path;
  if (!may_look(folder) || !say_who_is_missing(folder)) {
    return kFailed;
  }
  const SystemClock clock;
  const top::Look first = top::look(*appliance, clock);
  if (arguments.json) {
    std::cout << first.status.dump(2, ' ', false, api::Json::error_handler_t::replace) << "\n";
    return kFine;
  }
  std::this_thread::sleep_for(kForRates);
  print_status(top::picture(first, top::look(*appliance, clock)), std::cout);
  return kFine;
}

}  // namespace

void add_status(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("status", "what a running appliance is doing");
  const auto arguments = std::make_shared<Arguments>();
  add_config(*command, arguments->file);
  command->add_flag("--json", arguments->json, "for programs");
  command->footer(
      "RECEIVED counts datagrams; received = committed + dropped + in flight. LAG is how far the\n"
      "archive is behind what has arrived. MBIT/S and BUSY are over 0.3 s; `sluice top` goes on\n"
      "looking. Says so, with exit status 1, if nothing runs.\n"
      "\n"
      "Examples:\n"
      "  sluice status -c /etc/sluice/sluice.yaml\n"
      "  sluice status -c sluice.yaml --json | jq .drops\n"
      "\n" +
      std::string(kStatuses));
  command->callback([arguments, &action] { action = [arguments] { return status(*arguments); }; });
}

}  // namespace sluice::tools
