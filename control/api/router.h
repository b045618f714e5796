#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/api/appliance_access.h"
#include "control/api/archive_json.h"
#include "control/api/catalog_access.h"
#include "control/api/http.h"
#include "control/api/links.h"
#include "control/api/local_copy.h"
#include "control/api/playlists.h"
#include "control/api/server.h"
#include "control/api/stats_access.h"
#include "control/api/status.h"
#include "control/api/token.h"
#include "storage/object/file_root.h"

namespace sluice::api {

/// What is served under which path. Any thread, several at once.
class Router {
 public:
  Router(ApiOptions options, std::optional<Token> token);
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  Response operator()(const Request& request);

  /// Streams and their settings are these from now on. Any thread.
  void set_streams(std::vector<config::Stream> streams) {
    appliance_.set_streams(std::move(streams));
  }

 private:
  Response guarded(const Request& request);
  Response api(const Request& request, std::string_view path);
  Response playlist(const Request& request);
  Response object(const Request& request);
  Response stored_elsewhere(const Request& request, std::string_view key);
  StatusSources status_sources(const config::Appliance& appliance);

  ApplianceAccess appliance_;
  const config::Storage storage_;
  const Clock& clock_;
  std::optional<Token> token_;
  Links links_;
  CatalogAccess catalog_;
  Playlists playlists_;
  StatsAccess stats_;
  std::optional<object::FileRoot> objects_;  ///< with the file store
  std::optional<LocalCopy> local_copy_;
};

}  // namespace sluice::api
