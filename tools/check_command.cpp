#include <iostream>
#include <memory>

#include "config/load.h"
#include "tools/arguments.h"
#include "tools/check_json.h"
#include "tools/check_report.h"
#include "tools/commands.h"
#include "tools/preflight.h"
#include "tools/store_check.h"

namespace sluice::tools {
namespace {

struct Arguments {
  std::filesystem::path file;
  bool connect = false;
  bool json = false;
};

void print(const api::Json& json) {
  std::cout << json.dump(2, ' ', false, api::Json::error_handler_t::replace) << "\n";
}

int wrong(const Arguments& arguments, const std::vector<config::Problem>& problems) {
  if (arguments.json) {
    print(problems_json(problems));
  } else {
    std::cerr << to_string(problems) << "\n";
  }
  return kWrongUsage;
}

int check(const Arguments& arguments) {
  const auto appliance = config::load(arguments.file);
  if (!appliance) {
    return wrong(arguments, appliance.error());
  }
  std::vector<std::string> problems = preflight(*appliance);
  const auto lcores = lcore::plan_lcores(appliance->dataplane.lcores, lcore::usable_cpus(), false);
  if (!lcores) {
    problems.push_back(lcores.error().message);
  }
  const Status reached = arguments.connect ? store_answers(*appliance) : Status();
  if (!reached) {
    problems.push_back(reached.error().message);
  }
  if (arguments.json) {
    print(plan_json(*appliance, lcores.value_or(lcore::LcorePlan{}), problems));
    return problems.empty() ? kFine : kFailed;
  }
  if (lcores) {
    print_plan(*appliance, *lcores, std::cout);
  }
  if (arguments.connect && reached) {
    std::cout << "reached    the store answers\n";
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
  command->add_flag("--json", arguments->json, "for programs: the plan, and all problems in it");
  command->footer(
      "Reports everything that is wrong, with file, line and column (exit status 2), or what is\n"
      "missing on this machine (1). Starts nothing and, without --connect, uses no network.\n"
      "\n"
      "Examples:\n"
      "  sluice check -c /etc/sluice/sluice.yaml\n"
      "  sluice check -c sluice.yaml --connect\n"
      "  sluice check -c sluice.yaml --json | jq -r '.problems[].message'\n"
      "\n" +
      std::string(kStatuses));
  command->callback([arguments, &action] { action = [arguments] { return check(*arguments); }; });
}

}  // namespace sluice::tools
