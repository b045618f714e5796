#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "config/base/service_manager.h"

namespace sluice {

/// Tells systemd that the service is alive, four times within the time that systemd waits, for as
/// long as the service makes progress. A thread of its own, so that it can see that another one
/// hangs; none where systemd does not ask.
class Watchdog {
 public:
  /// @param advanced  called by the thread alone: whether everything has gone on since it was last
  /// called
  Watchdog(ServiceManager manager, std::function<bool()> advanced);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void run(std::chrono::microseconds period);

  const ServiceManager manager_;
  const std::function<bool()> advanced_;
  std::mutex mutex_;
  std::condition_variable ends_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace sluice
