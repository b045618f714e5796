#include <memory>

#include "tools/arguments.h"
#include "tools/commands.h"
#include "tools/run_appliance.h"

namespace sluice::tools {
namespace {

struct Arguments {
  std::filesystem::path file;
  std::optional<std::chrono::nanoseconds> run_for;
};

int run(const Arguments& arguments) {
  const auto appliance = load_or_say(arguments.file);
  return appliance ? run_appliance(*appliance, arguments.file, arguments.run_for) : kWrongUsage;
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("run", "record the streams of a configuration");
  const auto arguments = std::make_shared<Arguments>();
  add_config(*command, arguments->file);
  add_duration(*command, "--for", arguments->run_for, "end after so long, counted from \"ready\"");
  command->footer(
      "Starts sluice-control and sluice-dataplane, and starts either again should it die. Prints\n"
      "\"ready\" on stdout once packets can be captured. Ctrl-C (SIGINT) or SIGTERM ends it: what\n"
      "was captured is sealed, stored and published first; a second one leaves what is not stored\n"
      "yet in shared memory, for the next run. When all sources are files it ends with them.\n"
      "\n"
      "Examples:\n"
      "  sluice run -c /etc/sluice/sluice.yaml\n"
      "  sluice run -c trial.yaml --for 30s\n"
      "\n"
      "Environment: SLUICE_LOG = trace, debug, info (default), warn, error.\n" +
      std::string(kStatuses));
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace sluice::tools
