#include "config/base/watchdog.h"

#include <utility>

#include "config/base/capabilities.h"

namespace sluice {

Watchdog::Watchdog(ServiceManager manager, std::function<bool()> advanced)
    : manager_(std::move(manager)), advanced_(std::move(advanced)) {
  if (const auto limit = manager_.watchdog()) {
    thread_ = std::thread([this, period = *limit / 4] { run(period); });
  }
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ends_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Watchdog::run(std::chrono::microseconds period) {
  static_cast<void>(keep_capabilities({}));
  std::unique_lock lock(mutex_);
  while (!ends_.wait_for(lock, period, [this] { return ending_; })) {
    if (advanced_()) {
      manager_.alive();
    }
  }
}

}  // namespace sluice
