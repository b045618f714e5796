#pragma once

#include <memory>

#include "config/base/result.h"
#include "control/api/http.h"
#include "control/api/listen_address.h"

namespace sluice::api {

/// What keeps viewers from harming each other.
struct HttpLimits {
  unsigned connections = 4096;  ///< at once; more wait in the kernel's queue
  unsigned idle_seconds = 30;   ///< a connection on which nothing moves for so long is closed
  unsigned threads = 4;         ///< each drives its share of the connections by epoll
};

/// HTTP/1.1 by libmicrohttpd, which nothing else includes: it turns requests into Request, and
/// Response into what goes out. Anything but GET, HEAD and OPTIONS is refused here (405), what the
/// handler throws becomes a 500. The destructor ends every connection and waits for the threads.
class HttpDaemon {
 public:
  static Result<std::unique_ptr<HttpDaemon>> start(Listener listener, HttpLimits limits,
                                                   Handler handler);
  ~HttpDaemon();
  HttpDaemon(const HttpDaemon&) = delete;
  HttpDaemon& operator=(const HttpDaemon&) = delete;

 private:
  struct Running;
  explicit HttpDaemon(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace sluice::api
