#include <getopt.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>

#include "config/base/capabilities.h"
#include "config/base/log.h"
#include "config/base/service_manager.h"
#include "config/base/stop_signal.h"
#include "config/base/watchdog.h"
#include "config/load.h"
#include "dataplane/lcore/dataplane.h"
#include "dataplane/rights.h"
#include "storage/arena/progress.h"

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

constexpr char kHelp[] =
    "usage: sluice-dataplane -c FILE\n"
    "\n"
    "Receives the streams of a configuration, cuts them into segments and leaves these in shared\n"
    "memory for sluice-control to store. Prints \"ready\" once packets can be captured. SIGINT or\n"
    "SIGTERM seals what there is and ends it; so does the end of the last file, if all sources "
    "are\n"
    "files. SIGHUP stops it, too; if systemd has started it, SIGHUP has it read its configuration\n"
    "again, as \"sluice reload\" does. \"sluice run\" starts both processes.\n"
    "\n"
    "  -c, --config FILE   the appliance's YAML\n"
    "  -h, --help          this text\n"
    "\n"
    "Environment: SLUICE_LOG = trace, debug, info (default), warn, error; debug shows DPDK's own\n"
    "messages.\n";

int failed(const sluice::Error& error) {
  std::fprintf(stderr, "sluice-dataplane: %s\n", error.message.c_str());
  return kFailed;
}

/// Whether slow thread and lcores went on since it was last asked. Sees what any process sees.
std::function<bool()> progress(const std::filesystem::path& folder) {
  auto page = sluice::arena::StatsFile::read(sluice::arena::stats_path(folder));
  if (!page) {
    return [] { return false; };
  }
  return [page = std::make_shared<sluice::arena::StatsFile>(std::move(*page)),
          seen = sluice::arena::DataplaneProgress()]() mutable { return seen.advanced(**page); };
}

int capture(const std::filesystem::path& file) {
  sluice::StopSignal stop;
  const auto appliance = sluice::config::load(file);
  if (!appliance) {
    std::fprintf(stderr, "%s\n", to_string(appliance.error()).c_str());
    return kWrongUsage;
  }
  auto dataplane = sluice::lcore::Dataplane::set_up(*appliance, file);
  if (!dataplane) {
    return failed(dataplane.error());
  }
  if (!(*dataplane)->wait_for_numbers(stop)) {
    return 0;
  }
  const auto started = (*dataplane)->start(stop);
  if (!started) {
    return failed(started.error());
  }
  if (!*started) {
    return 0;
  }
  if (auto kept = sluice::keep_capabilities(sluice::rights_while_capturing(*appliance)); !kept) {
    spdlog::warn("{}", kept.error().message);
  }
  std::puts("ready");
  std::fflush(stdout);
  const auto manager = sluice::ServiceManager::of_environment();
  manager.ready();
  const sluice::Watchdog watchdog(manager, progress(appliance->arena.path));
  const bool sound = (*dataplane)->run(stop);
  manager.stopping();
  return sound ? 0 : kFailed;
}

}  // namespace

int main(int argc, char** argv) {
  static constexpr option kOptions[] = {
      {"config", required_argument, nullptr, 'c'}, {"help", no_argument, nullptr, 'h'}, {}};
  sluice::set_up_log("dataplane");
  std::filesystem::path file;
  for (int flag; (flag = ::getopt_long(argc, argv, "c:h", kOptions, nullptr)) != -1;) {
    switch (flag) {
      case 'c':
        file = optarg;
        break;
      case 'h':
        std::fputs(kHelp, stdout);
        return 0;
      default:
        std::fputs(kHelp, stderr);
        return kWrongUsage;
    }
  }
  if (file.empty() || optind != argc) {
    std::fputs(kHelp, stderr);
    return kWrongUsage;
  }
  return capture(file);
}
