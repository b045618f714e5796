#include "config/base/service_manager.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace sluice {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

ServiceManager ServiceManager::of_environment() {
  const std::string period = variable("WATCHDOG_USEC");
  const std::string pid = variable("WATCHDOG_PID");
  uint64_t microseconds = 0;
  std::from_chars(period.data(), period.data() + period.size(), microseconds);
  // The variables are inherited by children, for whom they are not meant.
  const bool ours = pid.empty() || pid == std::to_string(::getpid());
  return ServiceManager(variable("NOTIFY_SOCKET"),
                        microseconds > 0 && ours
                            ? std::optional(std::chrono::microseconds(microseconds))
                            : std::nullopt);
}

void ServiceManager::tell(std::string_view state) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) {
    return;
  }
  socket_.copy(address.sun_path, socket_.size());
  if (address.sun_path[0] == '@') {
    address.sun_path[0] = '\0';
  }
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return;
  }
  // A manager that does not listen holds nobody up.
  const timeval patience{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address),
           length);
  ::close(fd);
}

}  // namespace sluice
