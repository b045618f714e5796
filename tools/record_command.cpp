#include "tools/record_command.h"

#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "config/base/log.h"
#include "config/write.h"
#include "tools/arguments.h"
#include "tools/commands.h"
#include "tools/private_folder.h"
#include "tools/run_appliance.h"

namespace sluice::tools {
namespace {

std::optional<std::string> process_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

/// Where programs keep what is to outlive them: the system's place for root, else the user's.
std::filesystem::path state_root() {
  if (::geteuid() == 0) {
    return "/var/lib/sluice";
  }
  if (const auto folder = process_environment("XDG_STATE_HOME")) {
    return std::filesystem::path(*folder) / "sluice";
  }
  return std::filesystem::path(process_environment("HOME").value_or("/tmp")) /
         ".local/state/sluice";
}

/// Puts secrets and configuration where the two processes can read them and nobody else can.
Result<std::filesystem::path> write_configuration(config::Appliance& appliance,
                                                  const PrivateFolder& folder) {
  config::Credentials& credentials = appliance.storage.credentials;
  const auto keys = folder.write(
      "credentials", "[default]\naws_access_key_id = " + credentials.access_key.reveal() +
                         "\naws_secret_access_key = " + credentials.secret_key.reveal() + "\n");
  if (!keys) {
    return fail(keys.error());
  }
  credentials = {.source = config::Credentials::From::kFile, .file = *keys};
  return folder.write("sluice.yaml", config::to_yaml(appliance));
}

int record(const RecordOptions& options) {
  auto plan = plan_recording(options, process_environment, state_root());
  if (!plan) {
    say_error(plan.error().message + "\nSee `sluice record --help`.");
    return kWrongUsage;
  }
  const auto folder = PrivateFolder::make();
  if (!folder) {
    say_error(folder.error().message);
    return kFailed;
  }
  const auto file = write_configuration(plan->appliance, *folder);
  if (!file) {
    say_error(file.error().message);
    return kFailed;
  }
  if (!plan->log_level.empty()) {
    ::setenv("SLUICE_LOG", plan->log_level.c_str(), 1);
  }
  for (const std::string& note : plan->notes) {
    spdlog::info("{}", note);
  }
  return run_appliance(plan->appliance, *file, plan->run_for);
}

}  // namespace

void add_record(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("record", "record one channel, from options instead of a configuration");
  const auto options = std::make_shared<RecordOptions>();
  add_record_options(*command, *options);
  command->callback([options, &action] { action = [options] { return record(*options); }; });
}

}  // namespace sluice::tools
