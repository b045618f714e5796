#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "config/appliance.h"
#include "config/base/clock.h"
#include "config/base/result.h"
#include "storage/object/store.h"

namespace sluice::api {

/// What the server serves.
struct ApiOptions {
  config::Appliance appliance;
  /// The catalog's database file, read through a connection of the server's own. It need not be
  /// there yet. Empty: no playlists by time, no archive listing (404).
  std::filesystem::path catalog;
  /// A store of the server's own, used only to make URLs (`presign`, `url`), one call at a time but
  /// from any of the server's threads. Null with the file store, whose objects the server hands out
  /// itself.
  std::unique_ptr<object::ObjectStore> signer;
  const Clock* clock = nullptr;  ///< not owned; outlives the server
};

/// The HTTP server of the control process: playlists, objects of the file store, JSON, metrics and
/// the web page; read-only. It runs on threads of its own, driven by events: an idle or slow
/// client costs a file descriptor, not a thread.
///
/// Start one per process, from any thread; the destructor ends every connection.
class ApiServer {
 public:
  /// Listens on `appliance.control.listen` and serves. Fails with a message that names the address
  /// when it is taken, not ours, or not an address; when the token file cannot be read.
  static Result<std::unique_ptr<ApiServer>> start(ApiOptions options);
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  /// Streams and their settings are these from now on. Any thread.
  void set_streams(std::vector<config::Stream> streams);

  /// The TCP port that it listens on; of interest when port 0 was asked for.
  uint16_t port() const;

 private:
  class Impl;
  explicit ApiServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::api
