#include "control/api/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <optional>

#include "config/base/log.h"
#include "control/api/http_daemon.h"
#include "control/api/router.h"

namespace sluice::api {
namespace {

/// Descriptors for all that is not a connection: arenas, catalog, uploads.
constexpr rlim_t kOtherFiles = 256;
constexpr unsigned kFewestConnections = 64;

/// A viewer takes two descriptors, its connection and the segment that it is being sent. The soft
/// limit, often 1024 for the sake of select(), which nothing here calls, gives way up to the hard
/// one; when that is low, fewer viewers wait their turn rather than all of the process failing.
HttpLimits limits() {
  HttpLimits limits;
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
    return limits;
  }
  const rlim_t wanted = kOtherFiles + 2 * rlim_t{limits.connections};
  if (files.rlim_cur < wanted) {
    files.rlim_cur = std::min(files.rlim_max, wanted);
    setrlimit(RLIMIT_NOFILE, &files);
  }
  if (files.rlim_cur < wanted) {
    const rlim_t left = files.rlim_cur - std::min(files.rlim_cur, kOtherFiles);
    limits.connections = std::max(static_cast<unsigned>(left / 2), kFewestConnections);
  }
  return limits;
}

}  // namespace

class ApiServer::Impl {
 public:
  Impl(ApiOptions options, std::optional<Token> token) : router_(std::move(options), token) {}

  Status start(const std::string& address) {
    auto listener = listen_on(address);
    if (!listener) {
      return fail(std::move(listener.error()));
    }
    port_ = listener->port;
    auto daemon = HttpDaemon::start(std::move(*listener), limits(),
                                    [this](const Request& request) { return router_(request); });
    if (!daemon) {
      return fail(std::move(daemon.error()));
    }
    daemon_ = std::move(*daemon);
    return {};
  }

  uint16_t port() const { return port_; }
  void set_streams(std::vector<config::Stream> streams) { router_.set_streams(std::move(streams)); }

 private:
  Router router_;
  uint16_t port_ = 0;
  std::unique_ptr<HttpDaemon> daemon_;  // last: its threads use the router until it is gone
};

ApiServer::ApiServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ApiServer::~ApiServer() = default;

void ApiServer::set_streams(std::vector<config::Stream> streams) {
  impl_->set_streams(std::move(streams));
}

uint16_t ApiServer::port() const {
  return impl_->port();
}

Result<std::unique_ptr<ApiServer>> ApiServer::start(ApiOptions options) {
  const config::Control control = options.appliance.control;
  std::optional<Token> token;
  if (!control.token_file.empty()) {
    auto loaded = Token::load(control.token_file);
    if (!loaded) {
      return fail(std::move(loaded.error()));
    }
    token = *loaded;
  }
  auto impl = std::make_unique<Impl>(std::move(options), token);
  if (Status started = impl->start(control.listen); !started) {
    return fail(std::move(started.error()));
  }
  return std::unique_ptr<ApiServer>(new ApiServer(std::move(impl)));
}

}  // namespace sluice::api
