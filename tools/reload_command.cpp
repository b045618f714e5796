#include <algorithm>
#include <iostream>
#include <memory>

#include "storage/arena/command_client.h"
#include "tools/arguments.h"
#include "tools/change_report.h"
#include "tools/commands.h"

namespace sluice::tools {
namespace {

struct Arguments {
  std::filesystem::path file;
  bool json = false;
};

int reload(const Arguments& arguments) {
  const auto appliance = load_or_say(arguments.file);
  if (!appliance) {
    return kWrongUsage;
  }
  std::error_code ignored;
  const auto answer = arena::ask_dataplane(
      appliance->arena.path, {.command = arena::Command::kReload,
                              .file = std::filesystem::absolute(arguments.file, ignored).string()});
  return report_change(answer, appliance->arena.path, arguments.json);
}

}  // namespace

void add_reload(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("reload", "have a running appliance read its configuration again");
  const auto arguments = std::make_shared<Arguments>();
  add_config(*command, arguments->file);
  command->add_flag("--json", arguments->json, "for programs");
  command->footer(
      "Adds, changes and removes streams while the others lose nothing. Everything is checked\n"
      "first: if anything is wrong (exit status 2), or needs a restart (1), nothing is changed.\n"
      "What `sluice stream` has changed stays so, unless the file says something new of that\n"
      "stream.\n"
      "\n"
      "Examples:\n"
      "  sluice reload -c /etc/sluice/sluice.yaml\n"
      "  systemctl reload sluice-dataplane       the same, where systemd runs it\n"
      "\n" +
      std::string(kStatuses));
  command->callback([arguments, &action] { action = [arguments] { return reload(*arguments); }; });
}

}  // namespace sluice::tools
