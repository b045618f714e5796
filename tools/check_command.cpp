#include <chrono>
#include <iostream>
#include <memory>
#include <optional>

#include "config/base/clock.h"
#include "storage/object/factory.h"
#include "tools/arguments.h"
#include "tools/check_report.h"
#include "tools/commands.h"
#include "tools/preflight.h"

namespace sluice::tools {
namespace {

struct Arguments {
  std::filesystem::path file;
  bool connect = false;
};

/// Asks the store for the bucket's first keys. A bucket that is missing is fine: it will be made.
Status reach_store(const config::Storage& storage) {
  constexpr auto kPatience = std::chrono::seconds(15);
  const SystemClock clock;
  auto store = object::make_store(storage, clock, "");
  if (!store) {
    return fail(store.error());
  }
  std::optional<Result<object::Listing>> answer;
  (*store)->list(storage.prefix, "",
                 [&answer](Result<object::Listing> listing) { answer = std::move(listing); });
  const auto start = clock.monotonic();
  while (!answer && clock.monotonic() - start < kPatience) {
    (*store)->poll(std::chrono::milliseconds(100));
  }
  if (!answer) {
    return fail("the store at " + storage.endpoint + " has not answered for 15 s");
  }
  if (!*answer && answer->error().next != Next::kNotFound) {
    return fail(answer->error());
  }
  return {};
}

int check(const Arguments& arguments) {
  const auto appliance = load_or_say(arguments.file);
  if (!appliance) {
    return kWrongUsage;
  }
  print_plan(*appliance, std::cout);
  std::vector<std::string> problems = preflight(*appliance);
  if (arguments.connect) {
    if (const Status reached = reach_store(appliance->storage); reached) {
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
