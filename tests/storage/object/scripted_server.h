#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "storage/object/unique_fd.h"

namespace sluice::object {

/// An HTTP server for what a real one cannot be made to do: it answers each request with the next
/// line of a script, whatever was asked. One connection at a time, on a port of its own.
class ScriptedServer {
 public:
  struct Answer {
    std::string text;               ///< sent as it is; empty = no answer
    bool close = false;             ///< close the connection afterwards, else keep it open
    size_t reset_after = SIZE_MAX;  ///< bytes of the request after which it is reset unanswered
  };

  explicit ScriptedServer(std::vector<Answer> script)
      : script_(std::move(script)),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
        stop_(::eventfd(0, EFD_CLOEXEC)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_.get(), 8), 0);
    socklen_t length = sizeof address;
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    ::eventfd_write(stop_.get(), 1);
    thread_.join();
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  uint16_t port() const { return port_; }
  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  size_t connections() {
    const std::lock_guard lock(mutex_);
    return connections_;
  }

 private:
  bool readable(int fd) {
    pollfd fds[] = {{fd, POLLIN, 0}, {stop_.get(), POLLIN, 0}};
    return ::poll(fds, 2, -1) > 0 && fds[1].revents == 0;
  }

  void serve() {
    while (next_ < script_.size() && readable(listener_.get())) {
      UniqueFd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      {
        const std::lock_guard lock(mutex_);
        ++connections_;
      }
      while (next_ < script_.size() && converse(connection)) {
      }
    }
    readable(stop_.get());
  }

  bool converse(UniqueFd& connection) {
    const Answer& answer = script_[next_];
    std::string request;
    size_t whole = SIZE_MAX;
    while (request.size() < std::min(whole, answer.reset_after)) {
      char piece[16384];
      const size_t room = std::min(sizeof piece, answer.reset_after - request.size());
      const ssize_t n = readable(connection.get()) ? ::read(connection.get(), piece, room) : 0;
      if (n <= 0) {
        return false;
      }
      request.append(piece, static_cast<size_t>(n));
      whole = whole == SIZE_MAX ? length_of(request) : whole;
    }
    ++next_;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    if (answer.reset_after != SIZE_MAX) {
      const linger now{1, 0};
      ::setsockopt(connection.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
      return false;
    }
    if (answer.text.empty() && !answer.close) {
      return readable(stop_.get());
    }
    const ssize_t sent =
        ::send(connection.get(), answer.text.data(), answer.text.size(), MSG_NOSIGNAL);
    return sent == static_cast<ssize_t>(answer.text.size()) && !answer.close;
  }

  /// How long the request is, as far as that can be told from its beginning.
  static size_t length_of(const std::string& request) {
    const size_t end = request.find("\r\n\r\n");
    if (end == std::string::npos) {
      return SIZE_MAX;
    }
    const size_t length = request.find("Content-Length: ");
    const bool has_body = length < end;
    return end + 4 + (has_body ? std::stoul(request.substr(length + 16)) : 0);
  }

  std::vector<Answer> script_;
  size_t next_ = 0;
  UniqueFd listener_;
  UniqueFd stop_;
  uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  size_t connections_ = 0;
  std::thread thread_;
};

/// "HTTP/1.1 STATUS", headers (each with its CRLF), and a body with its length.
inline ScriptedServer::Answer answer(const std::string& status, const std::string& body = "",
                                     const std::string& headers = "") {
  return {"HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
          headers + "\r\n" + body};
}

}  // namespace sluice::object
