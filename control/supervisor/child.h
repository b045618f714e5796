#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "config/base/result.h"

namespace sluice::supervisor {

/// How a process ended.
struct Ending {
  int status = 0;  ///< exit status, or the signal's number
  bool by_signal = false;

  bool fine() const { return !by_signal && status == 0; }
};

/// "exit status 1", "signal 9 (Killed)".
std::string to_string(const Ending& ending);

/// A process of ours. It is in a process group of its own, so that Ctrl-C in the terminal reaches
/// its parent alone, which then stops its children in their order. The kernel sends it SIGTERM
/// should its parent die. One thread, which must outlive the child: the kernel's promise is tied to
/// it.
class Child {
 public:
  /// Starts a program with stdin and stdout leading nowhere: stdout is the parent's own, for
  /// programs to read. Fails if it cannot be executed.
  /// @param command  the program's path and its arguments
  static Result<Child> start(const std::vector<std::string>& command);

  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  /// Kills it, if it still runs.
  ~Child();

  /// How it ended, if it has. No waiting.
  std::optional<Ending> ending();
  void send(int signal);
  /// A descriptor that is readable once the process has ended.
  int fd() const { return fd_; }

 private:
  Child(pid_t pid, int fd) : pid_(pid), fd_(fd) {}

  pid_t pid_ = -1;
  int fd_ = -1;
  std::optional<Ending> ending_;
};

}  // namespace sluice::supervisor
