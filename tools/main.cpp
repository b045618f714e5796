#include <iostream>

#include "config/base/log.h"
#include "tools/arguments.h"
#include "tools/commands.h"

namespace {

/// Help and version go to stdout, complaints to stderr, as the exit status says.
int explain(const CLI::App& app, const CLI::ParseError& error) {
  return app.exit(error, std::cout, std::cerr) == 0 ? sluice::tools::kFine
                                                    : sluice::tools::kWrongUsage;
}

std::string failure(const CLI::App* app, const CLI::Error& error) {
  std::string command = "sluice";
  for (const CLI::App* part = app; !part->get_subcommands().empty();) {
    part = part->get_subcommands().front();
    command += " " + part->get_name();
  }
  return "sluice: " + std::string(error.what()) + "\nSee `" + command + " --help`.\n";
}

/// CLI11 would only say that a subcommand is required.
bool is_unknown(const CLI::App& app, const std::string& word) {
  const auto same = [&word](const CLI::App* command) { return command->get_name() == word; };
  return !word.starts_with('-') && app.get_subcommands(same).empty();
}

}  // namespace

int main(int argc, char** argv) {
  sluice::set_up_log("sluice");
  CLI::App app{
      "Sluice records MPEG-TS channels off the network as HLS segments in object storage.\n"
      "\n"
      "  sluice check -c sluice.yaml     see what a configuration would do\n"
      "  sluice run -c sluice.yaml       record until Ctrl-C\n"
      "  sluice status -c sluice.yaml    see what is coming in\n"
      "  sluice top -c sluice.yaml       watch it\n",
      "sluice"};
  app.set_version_flag("--version", "sluice " SLUICE_VERSION);
  app.require_subcommand(1);
  app.footer(sluice::tools::kStatuses);
  app.failure_message(failure);
  app.get_formatter()->column_width(34);

  sluice::tools::Action action;
  sluice::tools::add_run(app, action);
  sluice::tools::add_record(app, action);
  sluice::tools::add_check(app, action);
  sluice::tools::add_tune(app, action);
  sluice::tools::add_status(app, action);
  sluice::tools::add_top(app, action);
  sluice::tools::add_analyze(app, action);
  sluice::tools::add_reload(app, action);
  sluice::tools::add_stream(app, action);
  sluice::tools::add_import(app, action);
  sluice::tools::add_segment(app, action);
  sluice::tools::add_object(app, action);
  if (argc > 1 && is_unknown(app, argv[1])) {
    sluice::tools::say_error("there is no subcommand \"" + std::string(argv[1]) +
                             "\"\nSee `sluice --help`.");
    return sluice::tools::kWrongUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain(app, error);
  }
  return action();
}
