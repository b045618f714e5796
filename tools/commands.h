#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace sluice::tools {

/// What the command line asked for: runs and gives the exit status.
using Action = std::function<int()>;

inline constexpr int kFine = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;

/// The exit statuses, for the end of every help.
inline constexpr char kStatuses[] =
    "Exit status: 0 fine, 1 failed, 2 wrong usage or configuration.\n";

/// Each adds a subcommand, which sets `action` when it is chosen.
void add_run(CLI::App& app, Action& action);
void add_record(CLI::App& app, Action& action);
void add_check(CLI::App& app, Action& action);
void add_status(CLI::App& app, Action& action);
void add_top(CLI::App& app, Action& action);
void add_analyze(CLI::App& app, Action& action);
void add_reload(CLI::App& app, Action& action);
void add_stream(CLI::App& app, Action& action);
void add_segment(CLI::App& app, Action& action);
void add_object(CLI::App& app, Action& action);
void add_import(CLI::App& app, Action& action);
void add_tune(CLI::App& app, Action& action);

}  // namespace sluice::tools
