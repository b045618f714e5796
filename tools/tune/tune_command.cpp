#include <algorithm>
#include <iostream>
#include <memory>

#include "tools/arguments.h"
#include "tools/commands.h"
#include "tools/tune/report.h"

namespace sluice::tools {
namespace {

struct Arguments {
  std::filesystem::path file;
  bool check = false;
  bool json = false;
};

int run_tune(const Arguments& arguments) {
  if (!arguments.check) {
    say_error("tune changes nothing by itself: `sluice tune --check` says what to do");
    return kWrongUsage;
  }
  const auto appliance =
      arguments.file.empty() ? std::optional(config::Appliance{}) : load_or_say(arguments.file);
  if (!appliance) {
    return kWrongUsage;
  }
  const auto lcores = lcore::plan_lcores(appliance->dataplane.lcores, lcore::usable_cpus(), false);
  if (!lcores) {
    say_error(lcores.error().message);
    return kFailed;
  }
  const auto findings = tune::look_over(tune::needs_of(*appliance, *lcores), tune::Machine::own());
  if (arguments.json) {
    std::cout << tune::findings_json(findings).dump(2, ' ', false,
                                                    api::Json::error_handler_t::replace)
              << "\n";
  } else {
    tune::print_findings(findings, std::cout);
  }
  return std::ranges::all_of(findings, &tune::Finding::good) ? kFine : kFailed;
}

}  // namespace

void add_tune(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("tune", "hold this machine against a configuration");
  const auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("-c,--config", arguments->file,
                   "the appliance's YAML; without it, what matters to any")
      ->type_name("FILE");
  command->add_flag("--check", arguments->check, "say what is, what should be, and how");
  command->add_flag("--json", arguments->json, "for programs");
  command->footer(
      "Looks at what matters to the configuration's driver and lcores, and only at that: huge\n"
      "pages, room for the arena, swap, CPU governor, isolated CPUs and interrupts (`idle: "
      "spin`),\n"
      "driver binding and IOMMU, NUMA nodes, links, MTU, receive rings, limits, the clock. "
      "Changes\n"
      "nothing; the commands that it prints want root.\n"
      "\n"
      "Examples:\n"
      "  sluice tune --check -c /etc/sluice/sluice.yaml\n"
      "  sluice tune --check -c sluice.yaml --json | jq -r '.[] | select(.ok | not) | .command'\n"
      "\n"
      "Exit status: 0 all fine, 1 something to do, 2 wrong usage or configuration.\n");
  command->callback(
      [arguments, &action] { action = [arguments] { return run_tune(*arguments); }; });
}

}  // namespace sluice::tools
