#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "config/appliance.h"

namespace sluice::tools {

/// Adds `-c, --config FILE`, required.
void add_config(CLI::App& app, std::filesystem::path& file);

/// Adds an option whose value is a duration with a unit.
CLI::Option* add_duration(CLI::App& app, const std::string& name, std::chrono::nanoseconds& out,
                          const std::string& description);
CLI::Option* add_duration(CLI::App& app, const std::string& name,
                          std::optional<std::chrono::nanoseconds>& out,
                          const std::string& description);

/// Loads a configuration, or says on stderr everything that is wrong with it.
std::optional<config::Appliance> load_or_say(const std::filesystem::path& file);

/// Says so and gives false if this user may not look into an appliance's folder of shared memory,
/// which would look as if nobody worked there.
bool may_look(const std::filesystem::path& folder);

/// "sluice: MESSAGE" on stderr.
void say_error(const std::string& message);

}  // namespace sluice::tools
