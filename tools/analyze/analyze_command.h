#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace sluice::tools {

/// What `sluice analyze` was asked to do.
struct AnalyzeOptions {
  std::string input;      ///< a file, a udp:// or rtp:// URL, or with `config` a stream's name
  std::string interface;  ///< for a multicast group
  std::string flow;       ///< of a capture: udp://… or rtp://…; empty = the largest
  std::filesystem::path config;  ///< of a running appliance; empty = none
  std::optional<std::chrono::nanoseconds> run_for;
  unsigned fail_on = 0;  ///< priority whose indicators, and those above, make the status 1
  bool json = false;
};

/// `sluice analyze INPUT`: says what is in a stream, how regularly it comes, and what is wrong with
/// it by ETSI TR 101 290. Prints to stdout; what hinders it to stderr.
/// @return the exit status: 0 done, whatever was found; 1 unreadable, or `fail_on` was met
int analyze_command(const AnalyzeOptions& options);

}  // namespace sluice::tools
