#include "dataplane/lcore/command_server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "config/base/capabilities.h"

namespace sluice::lcore {
namespace {

constexpr char kTooMany[] =
    "{\"version\":1,\"ok\":false,\"error\":\"too many clients are connected already\"}\n";
constexpr char kTooLong[] = "{\"version\":1,\"ok\":false,\"error\":\"the request is too long\"}\n";

Result<int> listen_at(const std::filesystem::path& socket) {
  const std::string path = socket;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return fail("arena.path is too long for the command socket: " + path + " must be under " +
                std::to_string(sizeof address.sun_path) + " bytes");
  }
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  ::unlink(path.c_str());
  constexpr mode_t kOwnerAndGroup = 0660;
  // On Linux, the mode of the descriptor is that of the file which bind() makes.
  ::fchmod(fd, kOwnerAndGroup);
  if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd, SOMAXCONN) != 0) {
    const int reason = errno;
    ::close(fd);
    return fail(system_error("cannot listen at " + path, reason));
  }
  return fd;
}

}  // namespace

Result<std::unique_ptr<CommandServer>> CommandServer::start(const std::filesystem::path& socket,
                                                            size_t longest, Handler handler) {
  auto listener = listen_at(socket);
  if (!listener) {
    return fail(listener.error());
  }
  const int waker = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return std::unique_ptr<CommandServer>(
      new CommandServer(socket, longest, std::move(handler), *listener, waker));
}

CommandServer::CommandServer(std::filesystem::path socket, size_t longest, Handler handler,
                             int listener, int waker)
    : socket_(std::move(socket)),
      longest_(longest),
      handler_(std::move(handler)),
      listener_(listener),
      waker_(waker),
      thread_([this] { serve(); }) {}

CommandServer::~CommandServer() {
  ending_.store(true, std::memory_order_release);
  const uint64_t one = 1;
  (void)!::write(waker_, &one, sizeof one);
  thread_.join();
  for (const Client& client : clients_) {
    ::close(client.fd);
  }
  ::close(listener_);
  ::close(waker_);
  ::unlink(socket_.c_str());
}

void CommandServer::wake() {
  woken_.store(true, std::memory_order_release);
  const uint64_t one = 1;
  (void)!::write(waker_, &one, sizeof one);
}

void CommandServer::serve() {
  static_cast<void>(keep_capabilities({}));
  // Reading thousands of streams takes a second; on a small machine lcores share this CPU.
  constexpr int kLowPriority = 10;
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kLowPriority);
  while (!ending_.load(std::memory_order_acquire)) {
    std::vector<pollfd> watched{{waker_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Client& client : clients_) {
      const short wanted = client.out.empty() ? POLLIN : POLLOUT;
      watched.push_back({client.fd, wanted, 0});
    }
    ::poll(watched.data(), watched.size(), -1);
    uint64_t ignored = 0;
    (void)!::read(waker_, &ignored, sizeof ignored);
    if (woken_.exchange(false, std::memory_order_acq_rel)) {
      handler_.woken();
    }
    size_t i = 2;
    std::erase_if(clients_, [&](Client& client) {
      const short seen = watched[i++].revents;
      const bool lives = seen == 0 || (client.out.empty() ? receive(client) : send(client));
      if (!lives) {
        ::close(client.fd);
      }
      return !lives;
    });
    accept_clients();
  }
}

void CommandServer::accept_clients() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
      return;
    }
    if (clients_.size() < kMostClients) {
      clients_.push_back({.fd = fd, .in = {}, .out = {}});
      continue;
    }
    (void)!::send(fd, kTooMany, sizeof kTooMany - 1, MSG_NOSIGNAL);
    ::close(fd);
  }
}

/// @return whether the client is still there
bool CommandServer::receive(Client& client) {
  char buffer[65536];
  const ssize_t got = ::recv(client.fd, buffer, sizeof buffer, 0);
  if (got <= 0) {
    return got < 0 && (errno == EAGAIN || errno == EINTR);
  }
  client.in.append(buffer, static_cast<size_t>(got));
  answer_lines(client);
  return send(client);
}

/// Answers the first whole line; the next one once the client has taken the answer.
void CommandServer::answer_lines(Client& client) {
  const size_t end = client.in.find('\n');
  if (end != std::string::npos && end <= longest_) {
    const std::string line = client.in.substr(0, end);
    client.in.erase(0, end + 1);
    client.out = handler_.answer(line) + "\n";
  } else if (client.in.size() > longest_) {
    client.in.clear();
    client.out = kTooLong;
    client.closing = true;
  }
}

/// @return whether the client is still there
bool CommandServer::send(Client& client) {
  while (!client.out.empty()) {
    const ssize_t sent = ::send(client.fd, client.out.data(), client.out.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      return errno == EAGAIN || errno == EINTR;
    }
    client.out.erase(0, static_cast<size_t>(sent));
    if (client.out.empty() && !client.closing) {
      answer_lines(client);
    }
  }
  return !client.closing;
}

}  // namespace sluice::lcore
