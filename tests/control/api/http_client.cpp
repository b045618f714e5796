#include "tests/control/api/http_client.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <utility>

namespace sluice::api {
namespace {

HttpResponse parse(const std::string& text) {
  HttpResponse response;
  const size_t end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.1 ") || end == std::string::npos) {
    throw std::runtime_error("no HTTP response: " + text);
  }
  response.status = std::stoi(text.substr(9, 3));
  size_t line = text.find("\r\n") + 2;
  while (line < end + 2) {
    const size_t next = text.find("\r\n", line);
    const size_t colon = text.find(": ", line);
    std::string name = text.substr(line, colon - line);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    response.headers[name] = text.substr(colon + 2, next - colon - 2);
    line = next + 2;
  }
  response.body = text.substr(end + 4);
  return response;
}

}  // namespace

Connection::Connection(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval limit{.tv_sec = 10};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect");
  }
}

Connection::Connection(Connection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Connection::~Connection() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

void Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      throw std::runtime_error("cannot send");
    }
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

std::string Connection::read_to_end() {
  std::string text;
  std::array<char, 65536> buffer;
  ssize_t got = 0;
  while ((got = recv(fd_, buffer.data(), buffer.size(), 0)) > 0) {
    text.append(buffer.data(), static_cast<size_t>(got));
  }
  return text;
}

HttpResponse request(uint16_t port, std::string_view method, std::string_view target,
                     const HttpHeaders& headers) {
  std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n";
  if (!headers.contains("Host")) {
    text += "Host: 127.0.0.1:" + std::to_string(port) + "\r\n";
  }
  for (const auto& [name, value] : headers) {
    text += name + ": " + value + "\r\n";
  }
  Connection connection(port);
  connection.send(text + "Connection: close\r\n\r\n");
  return parse(connection.read_to_end());
}

}  // namespace sluice::api
