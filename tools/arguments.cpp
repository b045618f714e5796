#include "tools/arguments.h"

#include <unistd.h>

#include <cerrno>
#include <iostream>

#include "config/base/units.h"
#include "config/load.h"

namespace sluice::tools {
namespace {

template <typename Target>
CLI::Option* duration_option(CLI::App& app, const std::string& name, Target& out,
                             const std::string& description) {
  return app
      .add_option_function<std::string>(
          name,
          [&out, name](const std::string& text) {
            const auto parsed = parse_duration(text);
            if (!parsed) {
              throw CLI::ValidationError(name, parsed.error().message);
            }
            out = *parsed;
          },
          description)
      ->type_name("TIME");
}

}  // namespace

void add_config(CLI::App& app, std::filesystem::path& file) {
  app.add_option("-c,--config", file, "the appliance's YAML")->required()->type_name("FILE");
}

CLI::Option* add_duration(CLI::App& app, const std::string& name, std::chrono::nanoseconds& out,
                          const std::string& description) {
  return duration_option(app, name, out, description);
}

CLI::Option* add_duration(CLI::App& app, const std::string& name,
                          std::optional<std::chrono::nanoseconds>& out,
                          const std::string& description) {
  return duration_option(app, name, out, description);
}

std::optional<config::Appliance> load_or_say(const std::filesystem::path& file) {
  auto loaded = config::load(file);
  if (!loaded) {
    std::cerr << to_string(loaded.error()) << "\n";
    return std::nullopt;
  }
  return std::move(*loaded);
}

bool may_look(const std::filesystem::path& folder) {
  if (::access(folder.c_str(), R_OK | X_OK) == 0 || errno != EACCES) {
    return true;
  }
  say_error("no right to look into " + folder.string() +
            ": be root, or in the group that it belongs to (with the systemd units: adduser $USER "
            "sluice)");
  return false;
}

void say_error(const std::string& message) {
  std::cerr << "sluice: " << message << "\n";
}

}  // namespace sluice::tools
