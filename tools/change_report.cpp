#include "tools/change_report.h"

#include <chrono>
#include <iostream>
#include <thread>

#include "config/base/file_lock.h"
#include "storage/arena/stats.h"
#include "tools/arguments.h"
#include "tools/commands.h"

namespace sluice::tools {
namespace {

using namespace std::chrono_literals;

/// Whether sluice-control goes by this set of streams, or will when it starts.
bool control_follows(const std::filesystem::path& folder, uint64_t generation) {
  constexpr auto kPatience = 5s;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (FileLock::held(arena::control_lock_path(folder))) {
    const auto page = arena::ControlFile::read(arena::control_page_path(folder));
    if (page && (*page)->roll_generation.get() >= generation) {
      return true;
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return false;
    }
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

void print_names(const char* what, const std::vector<std::string>& names, std::ostream& out) {
  for (const std::string& name : names) {
    out << what << name << "\n";
  }
}

}  // namespace

void print_change(const arena::CommandAnswer& answer, std::ostream& out) {
  print_names("added      ", answer.added, out);
  print_names("changed    ", answer.changed, out);
  print_names("removed    ", answer.removed, out);
  if (answer.added.empty() && answer.changed.empty() && answer.removed.empty()) {
    out << "nothing to change\n";
  }
  print_names("starting   ", answer.starting, out);
}

int report_change(const Result<arena::CommandAnswer>& answer, const std::filesystem::path& folder,
                  bool json) {
  if (!answer) {
    say_error(answer.error().message);
    return kFailed;
  }
  if (json) {
    std::cout << to_line(*answer) << "\n";
  }
  if (!answer->error.empty()) {
    say_error(answer->error);
    for (const std::string& problem : answer->problems) {
      std::cerr << problem << "\n";
    }
    return answer->problems.empty() ? kFailed : kWrongUsage;
  }
  if (!json) {
    print_change(*answer, std::cout);
  }
  if (!answer->starting.empty()) {
    say_error(
        "some streams are not captured yet: sluice-control has to tell where their numbers "
        "go on; `sluice stream list` shows when");
  }
  if (!control_follows(folder, answer->generation)) {
    say_error("sluice-control has not taken up the change yet");
    return kFailed;
  }
  return kFine;
}

}  // namespace sluice::tools
