#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// What a service tells systemd of itself (sd_notify(3): datagrams to the socket that
/// $NOTIFY_SOCKET names). Where nobody asked to be told, nothing happens. Any thread.
class ServiceManager {
 public:
  /// Reads the environment.
  static ServiceManager of_environment();
  /// @param socket  a path, or "@name" for an abstract one; empty = nobody is told
  explicit ServiceManager(std::string socket,
                          std::optional<std::chrono::microseconds> watchdog = std::nullopt)
      : socket_(std::move(socket)), watchdog_(watchdog) {}

  void ready() const { tell("READY=1"); }
  void stopping() const { tell("STOPPING=1"); }
  void alive() const { tell("WATCHDOG=1"); }

  /// How long systemd waits for `alive` before it kills this process; nothing if it doesn't.
  std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

 private:
  void tell(std::string_view state) const;

  std::string socket_;
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace sluice
