#include "control/api/http_daemon.h"

#include <microhttpd.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <exception>

#include "config/base/log.h"
#include "control/api/json_response.h"

namespace sluice::api {
namespace {

/// For a request and the response's header; bodies do not count.
constexpr size_t kConnectionMemory = 16 << 10;

class MhdRequest final : public Request {
 public:
  MhdRequest(MHD_Connection* connection, const char* method, const char* path)
      : connection_(connection), method_(method), path_(path) {}

  std::string_view method() const override { return method_; }
  std::string_view path() const override { return path_; }
  std::optional<std::string_view> header(const char* name) const override {
    return value(MHD_HEADER_KIND, name);
  }
  std::optional<std::string_view> query(const char* name) const override {
    return value(MHD_GET_ARGUMENT_KIND, name);
  }

 private:
  std::optional<std::string_view> value(MHD_ValueKind kind, const char* name) const {
    const char* found = MHD_lookup_connection_value(connection_, kind, name);
    return found ? std::optional<std::string_view>(found) : std::nullopt;
  }

  MHD_Connection* connection_;
  std::string_view method_;
  std::string_view path_;
};

struct ToMhd {
  MHD_Response* operator()(std::string& text) const {
    return MHD_create_response_from_buffer(text.size(), text.data(), MHD_RESPMEM_MUST_COPY);
  }
  MHD_Response* operator()(const StaticBody& body) const {
    return MHD_create_response_from_buffer(body.bytes.size(), const_cast<char*>(body.bytes.data()),
                                           MHD_RESPMEM_PERSISTENT);
  }
  MHD_Response* operator()(FileBody& body) const {
    MHD_Response* response =
        MHD_create_response_from_fd_at_offset64(body.length, body.file.get(), body.offset);
    if (response != nullptr) {
      body.file.release();  // the response closes it
    }
    return response;
  }
};

MHD_Result send(MHD_Connection* connection, Response response) {
  MHD_Response* out = std::visit(ToMhd{}, response.body);
  if (out == nullptr) {
    return MHD_NO;
  }
  for (const auto& [name, value] : response.headers) {
    MHD_add_response_header(out, name.c_str(), value.c_str());
  }
  const MHD_Result queued = MHD_queue_response(connection, response.status, out);
  MHD_destroy_response(out);
  return queued;
}

Response answer(const Handler& handler, const Request& request) {
  const std::string_view method = request.method();
  if (method != "GET" && method != "HEAD" && method != "OPTIONS") {
    return error_response(405, "this server only reads: GET, HEAD, OPTIONS")
        .with("Allow", "GET, HEAD, OPTIONS");
  }
  try {
    return handler(request);
  } catch (const std::exception& error) {
    spdlog::error("{} {}: {}", method, request.path(), error.what());
    return error_response(500, "the server failed; its log says why");
  }
}

/// A connection's mark that the header of its request has been read.
char header_read;

MHD_Result on_request(void* handler, MHD_Connection* connection, const char* path,
                      const char* method, const char* /*version*/, const char* /*body*/,
                      size_t* body_size, void** state) {
  if (*state == nullptr) {
    *state = &header_read;
    return MHD_YES;
  }
  if (*body_size != 0) {
    *body_size = 0;  // swallowed: nothing here takes a body
    return MHD_YES;
  }
  try {
    return send(connection, answer(*static_cast<const Handler*>(handler),
                                   MhdRequest(connection, method, path)));
  } catch (...) {
    return MHD_NO;  // no memory even to say so: the connection closes
  }
}

void log_line(void* /*unused*/, const char* format, va_list arguments) {
  std::array<char, 512> text;
  std::vsnprintf(text.data(), text.size(), format, arguments);
  spdlog::debug("http: {}", text.data());
}

}  // namespace

struct HttpDaemon::Running {
  Handler handler;
  MHD_Daemon* daemon = nullptr;
};

HttpDaemon::HttpDaemon(std::unique_ptr<Running> running) : running_(std::move(running)) {}

HttpDaemon::~HttpDaemon() {
  MHD_stop_daemon(running_->daemon);
}

Result<std::unique_ptr<HttpDaemon>> HttpDaemon::start(Listener listener, HttpLimits limits,
                                                      Handler handler) {
  auto running = std::make_unique<Running>();
  running->handler = std::move(handler);
  running->daemon = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG, 0, nullptr, nullptr, &on_request,
      &running->handler, MHD_OPTION_EXTERNAL_LOGGER, &log_line, nullptr, MHD_OPTION_LISTEN_SOCKET,
      static_cast<MHD_socket>(listener.socket.get()), MHD_OPTION_THREAD_POOL_SIZE, limits.threads,
      MHD_OPTION_CONNECTION_LIMIT, limits.connections, MHD_OPTION_CONNECTION_TIMEOUT,
      limits.idle_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemory, MHD_OPTION_END);
  if (running->daemon == nullptr) {
    return fail("the HTTP server does not start on port " + std::to_string(listener.port) +
                "; SLUICE_LOG=debug says why");
  }
  listener.socket.release();  // the daemon closes it
  return std::unique_ptr<HttpDaemon>(new HttpDaemon(std::move(running)));
}

}  // namespace sluice::api
