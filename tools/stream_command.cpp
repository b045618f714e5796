#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "storage/arena/command_client.h"
#include "tools/arguments.h"
#include "tools/change_report.h"
#include "tools/commands.h"

namespace sluice::tools {
namespace {

using arena::Command;

struct Arguments {
  std::filesystem::path file;
  std::vector<std::string> operands;
  bool json = false;
};

/// The operands; "-" stands for the lines of the standard input.
std::vector<std::string> with_input(const std::vector<std::string>& operands) {
  std::vector<std::string> all;
  for (const std::string& operand : operands) {
    if (operand != "-") {
      all.push_back(operand);
      continue;
    }
    for (std::string line; std::getline(std::cin, line);) {
      if (!line.empty()) {
        all.push_back(line);
      }
    }
  }
  return all;
}

int change(const Arguments& arguments, Command command) {
  const auto appliance = load_or_say(arguments.file);
  if (!appliance) {
    return kWrongUsage;
  }
  arena::CommandRequest request{.command = command};
  (command == Command::kRemove ? request.names : request.streams) = with_input(arguments.operands);
  return report_change(arena::ask_dataplane(appliance->arena.path, request), appliance->arena.path,
                       arguments.json);
}

void print_list(const arena::CommandAnswer& answer) {
  size_t name = 4;
  size_t source = 6;
  for (const arena::ListedStream& stream : answer.streams) {
    name = std::max(name, stream.name.size());
    source = std::max(source, stream.source.size());
  }
  const auto cell = [](std::string text, size_t width) {
    text.resize(std::max(text.size(), width), ' ');
    return text + "  ";
  };
  std::cout << cell("NAME", name) << cell("SOURCE", source) << cell("STATE", 9) << "BY\n";
  for (const arena::ListedStream& stream : answer.streams) {
    std::cout << cell(stream.name, name) << cell(stream.source, source) << cell(stream.state, 9)
              << (stream.by_command ? "command" : "file") << "\n";
  }
}

int ask(const Arguments& arguments, Command command) {
  const auto appliance = load_or_say(arguments.file);
  if (!appliance) {
    return kWrongUsage;
  }
  const auto answer = arena::ask_dataplane(appliance->arena.path, {.command = command});
  if (!answer || !answer->error.empty()) {
    say_error(answer ? answer->error : answer.error().message);
    return kFailed;
  }
  if (arguments.json) {
    std::cout << to_line(*answer) << "\n";
  } else if (command == Command::kList) {
    print_list(*answer);
  } else {
    std::cout << "drained: nothing is captured until `sluice reload` or a restart\n";
  }
  return kFine;
}

std::shared_ptr<Arguments> subcommand(CLI::App& stream, const char* name, const char* description,
                                      CLI::App*& command) {
  const auto arguments = std::make_shared<Arguments>();
  command = stream.add_subcommand(name, description);
  add_config(*command, arguments->file);
  command->add_flag("--json", arguments->json, "for programs");
  return arguments;
}

void add_change(CLI::App& stream, Action& action, const char* name, const char* description,
                Command which) {
  CLI::App* command = nullptr;
  const auto arguments = subcommand(stream, name, description, command);
  const bool by_name = which == Command::kRemove;
  command
      ->add_option("streams", arguments->operands,
                   by_name ? "names; - reads them from the standard input, a line each"
                           : "each as in the configuration: YAML or JSON; - reads them from the "
                             "standard input, a line each")
      ->required()
      ->type_name(by_name ? "NAME" : "STREAM");
  command->callback([arguments, which, &action] {
    action = [arguments, which] { return change(*arguments, which); };
  });
}

void add_question(CLI::App& stream, Action& action, const char* name, const char* description,
                  Command which) {
  CLI::App* command = nullptr;
  const auto arguments = subcommand(stream, name, description, command);
  command->callback([arguments, which, &action] {
    action = [arguments, which] { return ask(*arguments, which); };
  });
}

}  // namespace

void add_stream(CLI::App& app, Action& action) {
  CLI::App* stream =
      app.add_subcommand("stream", "add, change, remove and list streams of a running appliance");
  stream->require_subcommand(1);
  stream->footer(
      "Other streams lose nothing meanwhile. What is changed so outlives restarts of both\n"
      "processes, and goes before the configuration's file until that says something new of the\n"
      "stream; a reboot forgets it. All the streams of one command are changed, or none.\n"
      "\n"
      "Examples:\n"
      "  sluice stream list -c sluice.yaml\n"
      "  sluice stream add -c sluice.yaml '{name: news2, source: \"udp://239.1.1.9:5000\"}'\n"
      "  sluice stream change -c sluice.yaml '{name: news2, source: \"rtp://239.1.1.9:5004\"}'\n"
      "  sluice stream remove -c sluice.yaml news2\n"
      "  sluice stream add -c sluice.yaml - < streams.jsonl\n"
      "  sluice stream drain -c sluice.yaml\n"
      "\n" +
      std::string(kStatuses));
  add_change(*stream, action, "add", "capture more streams", Command::kAdd);
  add_change(*stream, action, "change", "give streams that are there another source or settings",
             Command::kChange);
  add_change(*stream, action, "remove", "capture streams no more; what there is of them is stored",
             Command::kRemove);
  add_question(*stream, action, "list", "which streams are captured, and by whose word",
               Command::kList);
  add_question(*stream, action, "drain",
               "stop capture and seal everything, until a reload or restart", Command::kDrain);
}

}  // namespace sluice::tools
