#include "control/supervisor/child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace sluice::supervisor {
namespace {

/// Between fork and exec only async-signal-safe calls are allowed; the reason of a failure goes
/// through the pipe, which a successful exec closes.
[[noreturn]] void become(char* const* argv, pid_t parent, int report) {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) {
    ::_exit(1);  // the parent died before it could be said that this matters
  }
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(null, STDIN_FILENO);
  ::dup2(null, STDOUT_FILENO);
  ::execv(argv[0], argv);
  const int error = errno;
  (void)!::write(report, &error, sizeof error);
  ::_exit(127);
}

}  // namespace

std::string to_string(const Ending& ending) {
  if (!ending.by_signal) {
    return "exit status " + std::to_string(ending.status);
  }
  return "signal " + std::to_string(ending.status) + " (" + ::strsignal(ending.status) + ")";
}

Result<Child> Child::start(const std::vector<std::string>& command) {
  std::vector<std::string> arguments = command;
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) {
    argv.push_back(argument.data());
  }
  argv.push_back(nullptr);

  std::array<int, 2> report{};
  if (::pipe2(report.data(), O_CLOEXEC) != 0) {
    return fail(system_error("cannot start " + command.front(), errno));
  }
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    become(argv.data(), parent, report[1]);
  }
  const int fork_error = errno;
  ::close(report[1]);
  int error = pid < 0 ? fork_error : 0;
  if (pid > 0 && ::read(report[0], &error, sizeof error) == static_cast<ssize_t>(sizeof error)) {
    ::waitpid(pid, nullptr, 0);
  }
  ::close(report[0]);
  if (error != 0) {
    return fail(system_error("cannot start " + command.front(), error));
  }
  return Child(pid, static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      fd_(std::exchange(other.fd_, -1)),
      ending_(other.ending_) {}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(fd_, other.fd_);
  std::swap(ending_, other.ending_);
  return *this;
}

Child::~Child() {
  if (pid_ > 0 && !ending()) {
    send(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

std::optional<Ending> Child::ending() {
  int status = 0;
  if (!ending_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
    ending_ =
        WIFSIGNALED(status) ? Ending{WTERMSIG(status), true} : Ending{WEXITSTATUS(status), false};
  }
  return ending_;
}

void Child::send(int signal) {
  // Once reaped, the number may be another process's.
  if (!ending_) {
    ::kill(pid_, signal);
  }
}

}  // namespace sluice::supervisor
