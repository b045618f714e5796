#pragma once

#include <chrono>
#include <utility>

namespace sluice {

/// SIGINT, SIGTERM and SIGHUP as something to look at or wait for, instead of a handler. Make one
/// in main before any thread starts: it blocks these signals for the threads to come. SIGHUP means
/// a stop, the terminal being gone, but to a process that systemd has started itself: there it asks
/// for a reload.
class StopSignal {
 public:
  /// @param one_stop  signals that come this soon after the first belong to it: timeout(1) signals
  /// its child, and then the group that the child is in
  explicit StopSignal(std::chrono::milliseconds one_stop = std::chrono::seconds(1));
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// Whether a stop was asked for. Stays true.
  bool asked();
  /// Waits for a stop, at most `timeout`; returns asked().
  bool wait(std::chrono::milliseconds timeout);
  /// Whether a stop was asked for once more, since the first time and since this was last called:
  /// somebody is losing patience.
  bool asked_again();
  /// Whether a reload was asked for since this was last called. It is noticed by `asked` and
  /// `wait`.
  bool take_hang_up() { return std::exchange(hang_up_, false); }
  /// A descriptor that is readable once a stop was asked for, for poll(2).
  int fd() const { return fd_; }

 private:
  bool take(std::chrono::milliseconds timeout);

  const std::chrono::milliseconds one_stop_;
  int fd_;
  const bool hang_up_reloads_;
  bool hang_up_ = false;
  bool asked_ = false;
  std::chrono::steady_clock::time_point first_;
};

}  // namespace sluice
