#include "control/api/router.h"

#include "control/api/conditional.h"
#include "control/api/file_response.h"
#include "control/api/gzip.h"
#include "control/api/json_response.h"
#include "control/api/metrics.h"
#include "control/api/recording.h"
#include "control/web/assets.h"

namespace sluice::api {
namespace {

/// How long a redirect to an object of an S3 store works.
constexpr auto kRedirectLife = std::chrono::hours(1);

/// The page may load nothing from elsewhere, but play media from anywhere; hls.js runs its worker
/// and feeds the player from blobs.
constexpr const char* kPagePolicy =
    "default-src 'self'; connect-src *; media-src * blob:; worker-src 'self' blob:; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// NAME of "<prefix>NAME<suffix>"; empty if `path` is nothing such.
std::string between(std::string_view path, std::string_view prefix, std::string_view suffix) {
  if (path.size() <= prefix.size() + suffix.size() || !path.starts_with(prefix) ||
      !path.ends_with(suffix)) {
    return {};
  }
  path.remove_prefix(prefix.size());
  path.remove_suffix(suffix.size());
  return std::string(path);
}

Response not_found(const Request& request) {
  return error_response(404, "there is nothing at " + std::string(request.path()));
}

Response asset_response(const Request& request, const web::Asset& asset) {
  Response response{.headers = {{"Content-Type", std::string(asset.type)},
                                {"Cache-Control", "no-cache"},
                                {"ETag", std::string(asset.etag)},
                                {"Vary", "Accept-Encoding"},
                                {"Content-Security-Policy", kPagePolicy},
                                {"X-Content-Type-Options", "nosniff"},
                                {"Referrer-Policy", "no-referrer"}}};
  if (is_unchanged(request, {.etag = std::string(asset.etag), .modified = Utc::max()})) {
    response.status = 304;
  } else if (accepts_gzip(request.header("Accept-Encoding"))) {
    response.with("Content-Encoding", "gzip").body = StaticBody{asset.gzipped};
  } else {
    response.body = StaticBody{asset.bytes};
  }
  return response;
}

/// What Sluice itself stores. A bucket may hold other things, which are not ours to open to
/// everybody.
bool is_ours(std::string_view key, std::string_view prefix) {
  return key.starts_with(prefix) && is_recording(key);
}

}  // namespace

Router::Router(ApiOptions options, std::optional<Token> token)
    : appliance_(options.appliance),
      storage_(options.appliance.storage),
      clock_(*options.clock),
      token_(token),
      links_(storage_, std::move(options.signer), clock_),
      catalog_(std::move(options.catalog)),
      playlists_(appliance_, catalog_, links_, clock_),
      stats_(options.appliance.arena.path) {
  if (storage_.is_file()) {
    objects_.emplace(storage_.file_root(), storage_.bucket);
  }
  if (!options.appliance.control.local_copy.empty()) {
    local_copy_.emplace(options.appliance.control);
  }
}

Response Router::operator()(const Request& request) {
  const std::string_view path = request.path();
  if (path.starts_with("/api/") || path == "/metrics") {
    return guarded(request);
  }
  if (request.method() == "OPTIONS") {
    return preflight_response();
  }
  if (path == "/healthz") {
    return {.headers = {{"Content-Type", "text/plain"}, {"Cache-Control", "no-store"}},
            .body = "ok\n"};
  }
  if (const web::Asset* asset = web::find_asset(path)) {
    return asset_response(request, *asset);
  }
  if (local_copy_) {
    if (auto response = local_copy_->respond(request)) {
      return std::move(*response);
    }
  }
  if (path.starts_with("/streams/") || path.starts_with("/groups/")) {
    Response response = playlist(request);
    if (response.status != 200) {
      allow_any_origin(response);
    }
    return response;
  }
  return object(request);
}

Response Router::guarded(const Request& request) {
  if (token_ && !token_->allows(request.header("Authorization"))) {
    return error_response(401, "this needs the token: Authorization: Bearer …")
        .with("WWW-Authenticate", "Bearer realm=\"sluice\"");
  }
  if (request.method() == "OPTIONS") {
    return Response{.status = 204}.with("Allow", "GET, HEAD, OPTIONS");
  }
  if (request.path() == "/metrics") {
    return {.headers = {{"Content-Type", kMetricsType}, {"Cache-Control", "no-store"}},
            .body = metrics_text(status_sources(*appliance_.get()))};
  }
  return api(request, request.path());
}

Response Router::api(const Request& request, std::string_view path) {
  constexpr std::string_view kStream = "/api/v1/streams/";
  if (path == "/api/v1/status") {
    return json_response(status_json(status_sources(*appliance_.get())));
  }
  if (path == "/api/v1/streams") {
    return streams_response(*appliance_.get(), catalog_);
  }
  if (const std::string name = between(path, kStream, "/hours"); !name.empty()) {
    return hours_response(catalog_, name);
  }
  if (const std::string name = between(path, kStream, "/segments"); !name.empty()) {
    return segments_response(request, catalog_, name);
  }
  return not_found(request);
}

Response Router::playlist(const Request& request) {
  const std::string_view path = request.path();
  if (const std::string name = between(path, "/streams/", "/live.m3u8"); !name.empty()) {
    return playlists_.live(request, name);
  }
  if (const std::string name = between(path, "/streams/", "/archive.m3u8"); !name.empty()) {
    return playlists_.archive(request, name);
  }
  if (const std::string name = between(path, "/groups/", "/master.m3u8"); !name.empty()) {
    return playlists_.master(request, name);
  }
  return not_found(request);
}

Response Router::object(const Request& request) {
  const std::string bucket = "/" + storage_.bucket + "/";
  if (!request.path().starts_with(bucket)) {
    return not_found(request);
  }
  const std::string_view key = request.path().substr(bucket.size());
  if (!objects_) {
    return stored_elsewhere(request, key);
  }
  auto found = objects_->open_object(std::string(key));
  if (!found) {
    Response response =
        found.error().next == Next::kNotFound ? not_found(request) : error_response(found.error());
    allow_any_origin(response);
    return response;
  }
  return file_response(request, key, std::move(*found));
}

Response Router::stored_elsewhere(const Request& request, std::string_view key) {
  if (!is_ours(key, storage_.prefix)) {
    return not_found(request);
  }
  const auto url = links_.presigned(request, std::string(key), kRedirectLife);
  if (!url) {
    return error_response(url.error());
  }
  Response response{.status = 302, .headers = {{"Location", *url}, {"Cache-Control", "no-store"}}};
  allow_any_origin(response);
  return response;
}

StatusSources Router::status_sources(const config::Appliance& appliance) {
  return {.appliance = appliance,
          .stats = stats_.stats(),
          .control = stats_.control(),
          .now = clock_.now()};
}

}  // namespace sluice::api
