#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "config/base/result.h"

namespace sluice::lcore {

/// Listens on a Unix socket and answers lines with lines, on an ordinary thread of its own with low
/// priority. Clients are served one request at a time; one that sends or reads slowly, or not at
/// all, holds nobody up.
class CommandServer {
 public:
  /// Both are called on the server's thread.
  struct Handler {
    std::function<std::string(std::string_view line)> answer;
    std::function<void()> woken;
  };
  static constexpr size_t kMostClients = 32;

  /// The socket may be used by our user and group. One that a predecessor left is replaced: the
  /// caller holds the dataplane's role.
  /// @param longest  bytes of a request; who sends more is told so and cut off
  static Result<std::unique_ptr<CommandServer>> start(const std::filesystem::path& socket,
                                                      size_t longest, Handler handler);
  CommandServer(const CommandServer&) = delete;
  CommandServer& operator=(const CommandServer&) = delete;
  /// Ends every connection and removes the socket. A handler that is at work must be able to
  /// return.
  ~CommandServer();

  /// Has `woken` called. Any thread.
  void wake();

 private:
  struct Client {
    int fd;
    std::string in;
    std::string out;
    bool closing = false;  ///< once all is sent
  };
  CommandServer(std::filesystem::path socket, size_t longest, Handler handler, int listener,
                int waker);
  void serve();
  void accept_clients();
  bool receive(Client& client);
  void answer_lines(Client& client);
  bool send(Client& client);

  const std::filesystem::path socket_;
  const size_t longest_;
  const Handler handler_;
  const int listener_;
  const int waker_;
  std::atomic<bool> ending_ = false;
  std::atomic<bool> woken_ = false;
  std::list<Client> clients_;
  std::thread thread_;
};

}  // namespace sluice::lcore
