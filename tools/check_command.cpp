#include <iostream>
#include <memory>

#include "tools/arguments.h"
#include "tools/check_report.h"
#include "tools/commands.h"
#include "tools/preflight.h"
#include "tools/store_check.h"

namespace sluice::tools {
namespace {

struct Arguments {
  std::filesystem::path file;
  bool connect = false;
};

int check(const Arguments& arguments) {
  const auto appliance = load_or_say(arguments.file);
  if (!appliance) {
    return kWrongUsage;
  }
  const auto lcores = lcore::plan_lcores(appliance->dataplane.lcores, lcore::usable_cpus(), false);
  if (!lcores) {
    say_error(lcores.error().message);
    return kFailed;
  }
  print_plan(*appliance, *lcores, std::cout);
  std::vector<std::string> problems = preflight(*appliance);
  if (arguments.connect) {
    if (const Status reached = store_answers(*appliance); reached) {
      std::cout << "reached    the store answers\n";
    } else {
      problems.push_back(reached.error().message);
    }
  }
  for (const std::string& problem : problems) {
    say_error(problem);
  }
  return problems.empty() ? kFine : kFailed;
}

}  // namespace

void add_check(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("check", "validate a configuration and print what it would use");
  const auto arguments = std::make_shared<Arguments>();
  add_config(*command, arguments->file);
  command->add_flag("--connect", arguments->connect, "also ask the object store");
  command->footer(
      "Reports everything that is wrong, with file, line and column (exit status 2), or what is\n"
      "missing on this machine (1). Starts nothing and, without --connect, uses no network.\n"
      "\n"
      "Examples:\n"
      "  sluice check -c /etc/sluice/sluice.yaml\n"
      "  sluice check -c sluice.yaml --connect\n"
      "\n" +
      std::string(kStatuses));
  command->callback([arguments, &action] { action = [arguments] { return check(*arguments); }; });
}

}  // namespace sluice::tools
