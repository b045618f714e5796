#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace sluice::api {

/// A TCP connection to 127.0.0.1, closed when it goes.
class Connection {
 public:
  explicit Connection(uint16_t port);
  ~Connection();
  Connection(Connection&& other) noexcept;
  Connection(const Connection&) = delete;

  void send(std::string_view bytes);
  /// Everything until the other side closes, or resets.
  std::string read_to_end();

 private:
  int fd_;
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

using HttpHeaders = std::map<std::string, std::string>;

/// One request on a connection of its own. The target goes out as it stands, so that `..` and odd
/// escapes arrive.
HttpResponse request(uint16_t port, std::string_view method, std::string_view target,
                     const HttpHeaders& headers = {});

inline HttpResponse get(uint16_t port, std::string_view target, const HttpHeaders& headers = {}) {
  return request(port, "GET", target, headers);
}

}  // namespace sluice::api
