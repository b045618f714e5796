#include "config/base/stop_signal.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "config/base/error.h"

namespace sluice {

namespace {

/// systemd.exec(5): the variable holds the PID of the process that systemd has started, which its
/// children are not.
bool started_by_systemd() {
  const char* pid = std::getenv("SYSTEMD_EXEC_PID");
  return pid != nullptr && std::to_string(::getpid()) == pid;
}

}  // namespace

StopSignal::StopSignal(std::chrono::milliseconds one_stop)
    : one_stop_(one_stop), hang_up_reloads_(started_by_systemd()) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  // The terminal has gone away. Under nohup it is ignored, and stays so.
  struct sigaction hang_up {};
  sigaction(SIGHUP, nullptr, &hang_up);
  if (hang_up.sa_handler != SIG_IGN) sigaddset(&set, SIGHUP);
  // Background jobs of a script inherit an ignored SIGINT, which would never reach the descriptor.
  std::signal(SIGINT, SIG_DFL);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  fd_ = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (fd_ < 0) {
    panic("signalfd failed");
  }
}

StopSignal::~StopSignal() {
  ::close(fd_);
}

bool StopSignal::asked() {
  return wait(std::chrono::milliseconds(0));
}

bool StopSignal::asked_again() {
  return asked_ && take(std::chrono::milliseconds(0)) &&
         std::chrono::steady_clock::now() - first_ >= one_stop_;
}

bool StopSignal::wait(std::chrono::milliseconds timeout) {
  if (!asked_ && take(timeout)) {
    asked_ = true;
    first_ = std::chrono::steady_clock::now();
  }
  return asked_;
}

bool StopSignal::take(std::chrono::milliseconds timeout) {
  pollfd p{fd_, POLLIN, 0};
  signalfd_siginfo info{};
  const bool came = ::poll(&p, 1, static_cast<int>(timeout.count())) > 0 &&
                    ::read(fd_, &info, sizeof info) == static_cast<ssize_t>(sizeof info);
  if (came && info.ssi_signo == SIGHUP && hang_up_reloads_) {
    hang_up_ = true;
    return false;
  }
  return came;
}

}  // namespace sluice
