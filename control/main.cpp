#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>

#include "config/base/file_lock.h"
#include "config/base/log.h"
#include "config/base/service_manager.h"
#include "config/base/stop_signal.h"
#include "config/base/watchdog.h"
#include "config/load.h"
#include "config/roll.h"
#include "control/api/server.h"
#include "control/upload/archiver.h"
#include "control/upload/drain.h"
#include "storage/arena/progress.h"
#include "storage/arena/stats.h"
#include "storage/catalog/catalog.h"
#include "storage/object/factory.h"

namespace sluice {
namespace {

constexpr int kFine = 0;
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;
constexpr std::chrono::milliseconds kTurn{20};

/// Where clients on this machine reach our own server: what stands in for "any address" is the
/// loopback.
std::string own_address(const std::string& listen, uint16_t port) {
  std::string host = listen.substr(0, listen.rfind(':'));
  if (host.empty() || host == "0.0.0.0" || host == "*") {
    host = "127.0.0.1";
  } else if (host == "[::]") {
    host = "[::1]";
  }
  return fmt::format("http://{}:{}", host, port);
}

Status make_folder(const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) {
    return fail("cannot make the folder " + folder.string() + ": " + failed.message());
  }
  return {};
}

/// Everything that the process is made of, in the order in which it is made.
class ControlProcess {
 public:
  explicit ControlProcess(config::Appliance appliance)
      : appliance_(std::move(appliance)), roll_(appliance_.arena.path) {}

  Status start() {
    if (roll_.changed()) {
      appliance_.streams = roll_.roll().streams();
    }
    Status done = make_folder(appliance_.arena.path);
    if (done) {
      done = claim();
    }
    if (done) {
      done = open_catalog();
    }
    if (done) {
      done = listen();
    }
    return done ? open_store() : done;
  }

  /// @return whether everything is stored
  bool run(StopSignal& stop) {
    const auto manager = ServiceManager::of_environment();
    manager.ready();
    const Watchdog watchdog(manager, [this, seen = arena::ControlProgress()]() mutable {
      return seen.advanced(**page_);
    });
    while (!stop.asked()) {
      archiver_->turn(kTurn);
      follow_streams();
    }
    manager.stopping();
    spdlog::info("stopping: what is sealed is stored first");
    return upload::drain(*archiver_, clock_, stop);
  }

 private:
  /// The dataplane alone decides which streams there are; what it was told since the configuration
  /// was read stands in the roll.
  void follow_streams() {
    if (!roll_.changed()) {
      return;
    }
    archiver_->set_streams(roll_.roll().streams());
    api_->set_streams(roll_.roll().streams());
    (*page_)->roll_generation.set(roll_.roll().generation);
  }

  Status claim() {
    auto lock = FileLock::take(arena::control_lock_path(appliance_.arena.path));
    if (!lock) {
      return fail(lock.error());
    }
    lock_ = std::move(*lock);
    auto page = arena::ControlFile::create(arena::control_page_path(appliance_.arena.path));
    if (!page) {
      return fail(page.error());
    }
    page_ = std::move(*page);
    (*page_)->roll_generation.set(roll_.roll().generation);
    return {};
  }

  Status open_catalog() {
    auto catalog = catalog::Catalog::open(catalog::catalog_path(appliance_));
    if (!catalog) {
      return fail(catalog.error());
    }
    catalog_ = std::move(*catalog);
    return {};
  }

  Status listen() {
    api::ApiOptions options{
        .appliance = appliance_, .catalog = catalog_->file(), .signer = nullptr, .clock = &clock_};
    if (!appliance_.storage.is_file()) {
      auto signer = object::make_store(appliance_.storage, clock_, "");
      if (!signer) {
        return fail(signer.error());
      }
      options.signer = std::move(*signer);
    }
    auto api = api::ApiServer::start(std::move(options));
    if (!api) {
      return fail(api.error());
    }
    api_ = std::move(*api);
    (*page_)->api_port.set(api_->port());
    return {};
  }

  Status open_store() {
    const std::string address = own_address(appliance_.control.listen, api_->port());
    auto store = object::make_store(appliance_.storage, clock_, address);
    if (!store) {
      return fail(store.error());
    }
    archiver_.emplace(upload::Archiver::Parts{.appliance = appliance_,
                                              .clock = clock_,
                                              .catalog = *catalog_,
                                              .page = **page_,
                                              .store = std::move(*store)});
    spdlog::info("archiving to {}, bucket {}; playlists, status and page at {}",
                 appliance_.storage.endpoint, appliance_.storage.bucket, address);
    return {};
  }

  SystemClock clock_;
  config::Appliance appliance_;
  config::RollFollower roll_;
  std::optional<FileLock> lock_;
  std::optional<arena::ControlFile> page_;
  std::optional<catalog::Catalog> catalog_;
  std::unique_ptr<api::ApiServer> api_;
  std::optional<upload::Archiver> archiver_;
};

int run(const char* file) {
  StopSignal stop;
  auto appliance = config::load(file);
  if (!appliance) {
    std::fprintf(stderr, "%s\n", config::to_string(appliance.error()).c_str());
    return kWrongUsage;
  }
  ControlProcess control(std::move(*appliance));
  if (const Status started = control.start(); !started) {
    spdlog::error("{}", started.error().message);
    return kFailed;
  }
  return control.run(stop) ? kFine : kFailed;
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) {
  if (argc != 3 || std::strcmp(argv[1], "-c") != 0) {
    std::fprintf(stderr, "usage: sluice-control -c FILE\n");
    return sluice::kWrongUsage;
  }
  sluice::set_up_log("control");
  return sluice::run(argv[2]);
}
