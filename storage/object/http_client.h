#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "config/base/result.h"
#include "config/base/utc.h"
#include "storage/object/sigv4.h"
#include "storage/object/store.h"

namespace sluice::object {

struct HttpRequest {
  std::string method;
  std::string url;  ///< sent as it is: no dots or slashes are resolved
  Fields headers;
  Body body;  ///< stays in place until the completion has run; may be sent again from its start
};

struct HttpResponse {
  long status = 0;
  std::string body;
  std::optional<uint64_t> content_length;  ///< as the server said; for HEAD
  std::optional<Utc> date;                 ///< the server's clock
  std::chrono::seconds retry_after{0};     ///< 0 = not said
};

struct HttpOptions {
  std::filesystem::path ca_file;  ///< PEM; empty = the system's
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::seconds stall_timeout{30};  ///< without a single byte in either direction
};

/// HTTP/1.1 over libcurl's multi interface, with connections kept alive: many transfers, one
/// thread. Any answer is a response, whatever its status; only what kept one from coming is an
/// error (Next::kRetry, except for a URL or certificate that cannot be right). The one user of
/// libcurl.
class HttpClient {
 public:
  explicit HttpClient(HttpOptions options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  void start(HttpRequest request, Completion<HttpResponse> done);

  /// As ObjectStore::poll, wake and in_flight.
  void poll(std::chrono::milliseconds timeout);
  void wake();
  size_t in_flight() const;

 private:
  class Multi;
  std::unique_ptr<Multi> multi_;
};

}  // namespace sluice::object
