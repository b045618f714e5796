#include "storage/arena/command_client.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace sluice::arena {
namespace {

class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(fd_); }
  int fd() const { return fd_; }

 private:
  int fd_;
};

Status send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) {
      continue;
    }
    if (sent < 0) {
      return fail(system_error("cannot send a command to the dataplane", errno));
    }
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return {};
}

Result<std::string> receive_line(int fd) {
  std::string line;
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail(errno == EAGAIN ? Error{Next::kRetry, "the dataplane does not answer"}
                                  : system_error("no answer from the dataplane", errno));
    }
    if (got == 0) {
      return fail(Next::kRetry, "the dataplane ended before it answered");
    }
    line.append(buffer, static_cast<size_t>(got));
    if (const size_t end = line.find('\n'); end != std::string::npos) {
      line.resize(end);
      return line;
    }
  }
}

}  // namespace

Result<CommandAnswer> ask_dataplane(const std::filesystem::path& folder,
                                    const CommandRequest& request,
                                    std::chrono::milliseconds patience) {
  const std::string path = command_socket_path(folder);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return fail(path + " is too long for a socket");
  }
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const Connection connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval limit{static_cast<time_t>(patience.count() / 1000),
                      static_cast<suseconds_t>(patience.count() % 1000 * 1000)};
  ::setsockopt(connection.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(connection.fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::connect(connection.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
      0) {
    const bool nobody = errno == ENOENT || errno == ECONNREFUSED;
    return fail(nobody ? Next::kNotFound : Next::kGiveUp,
                nobody
                    ? "no dataplane of this appliance is running (nobody listens at " + path + ")"
                    : system_error("cannot reach the dataplane at " + path, errno).message);
  }
  if (Status sent = send_all(connection.fd(), to_line(request) + "\n"); !sent) {
    return fail(sent.error());
  }
  const auto line = receive_line(connection.fd());
  if (!line) {
    return fail(line.error());
  }
  return parse_answer(*line);
}

}  // namespace sluice::arena
