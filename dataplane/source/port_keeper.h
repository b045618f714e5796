#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "config/base/result.h"
#include "dataplane/source/interface.h"
#include "dataplane/source/live_port.h"

namespace sluice::source {

/// Keeps a port receiving while its interface goes down and up, changes its MTU, or is deleted and
/// made again: says so, and makes the port anew where nothing else helps. Belongs to the slow
/// thread.
class PortKeeper {
 public:
  using Monotonic = std::chrono::steady_clock::time_point;
  using LookUp = std::function<std::optional<Interface>(const std::string&)>;

  /// @param returned  called when frames can come again, where they could not: groups that the
  /// network or the kernel has forgotten meanwhile are to be joined again
  PortKeeper(std::unique_ptr<LivePort> port, std::function<void()> returned,
             LookUp look_up = source::look_up)
      : port_(std::move(port)), returned_(std::move(returned)), look_up_(std::move(look_up)) {}

  /// Makes the port. One whose interface is down, and cannot be opened so, is made once that is up.
  Status begin();

  /// To be called every 5 ms or so; looks every 100 ms, and more often while it waits for lcores to
  /// leave the port alone.
  void tick(Monotonic now);

  LivePort& port() noexcept { return *port_; }

 private:
  enum class Stage {
    kReceiving,
    kLeaving,  ///< lcores are asked to leave its queues alone
    kAway,     ///< unmade; to be made once its interface is up
  };
  void look(Monotonic now);
  void look_at_interface(Monotonic now);
  void find_link();
  void follow_link(const Link& link);
  void follow_peer();
  void follow_mtu(const Interface& interface);
  void leave(const std::string& why);
  void unmake_when_left();
  void make_again(Monotonic now, unsigned interface_index);

  std::unique_ptr<LivePort> port_;
  std::function<void()> returned_;
  LookUp look_up_;
  Stage stage_ = Stage::kAway;
  unsigned index_ = 0;  ///< of the interface that it was made for
  unsigned looks_without_peer_ = 0;
  std::string trouble_;  ///< why it could not be made, said once
  Monotonic looked_{};
  Monotonic tried_{};
};

}  // namespace sluice::source
