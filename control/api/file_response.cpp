#include "control/api/file_response.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "control/api/conditional.h"
#include "control/api/gzip.h"
#include "control/api/http_date.h"
#include "control/api/json_response.h"
#include "control/api/range.h"

namespace sluice::api {
namespace {

constexpr std::string_view kPlaylistType = "application/vnd.apple.mpegurl";
constexpr const char* kNoCache = "no-cache, no-store, must-revalidate";
constexpr const char* kForGood = "public, max-age=31536000, immutable";

std::string_view type_of(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kTypes{{
      {".ts", "video/mp2t"},
      {".m3u8", kPlaylistType},
      {".jsonl", "application/x-ndjson"},
      {".json", "application/json"},
      {".log", "text/plain; charset=utf-8"},
      {".m4s", "video/iso.segment"},
      {".mp4", "video/mp4"},
  }};
  for (const auto& [ending, type] : kTypes) {
    if (name.ends_with(ending)) {
      return type;
    }
  }
  return "application/octet-stream";
}

bool is_segment(std::string_view type) {
  return type.starts_with("video/");
}

/// A stored object is replaced by another file, never written over, so this names its bytes.
std::string etag_of(const object::OpenObject& file) {
  struct stat status {};
  fstat(file.fd.get(), &status);
  std::array<char, 64> text;
  const int length = std::snprintf(text.data(), text.size(), "\"%llx-%llx-%llx\"",
                                   static_cast<unsigned long long>(status.st_ino),
                                   static_cast<unsigned long long>(file.size),
                                   static_cast<unsigned long long>(to_ns(file.modified)));
  return {text.data(), static_cast<size_t>(length)};
}

std::string read(const object::OpenObject& file) {
  std::string text(file.size, '\0');
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t got =
        pread(file.fd.get(), text.data() + done, text.size() - done, static_cast<off_t>(done));
    if (got <= 0) {
      throw std::system_error(got < 0 ? errno : EIO, std::generic_category(), "cannot read");
    }
    done += static_cast<size_t>(got);
  }
  return text;
}

Response part_response(const Request& request, object::OpenObject file,
                       const Validators& validators) {
  const auto field = request.header("Range");
  const bool asked = field && request.method() == "GET" && range_applies(request, validators);
  const RangeRequest range = asked ? parse_range(*field, file.size) : RangeRequest{};
  const std::string size = std::to_string(file.size);
  if (range.kind == RangeRequest::Kind::kUnsatisfiable) {
    return error_response(416, "the range starts behind the end, which is at " + size)
        .with("Content-Range", "bytes */" + size);
  }
  if (range.kind == RangeRequest::Kind::kWhole) {
    return {.body = FileBody{std::move(file.fd), 0, file.size}};
  }
  const auto [first, length] = range.range;
  return Response{.status = 206, .body = FileBody{std::move(file.fd), first, length}}.with(
      "Content-Range",
      "bytes " + std::to_string(first) + "-" + std::to_string(first + length - 1) + "/" + size);
}

}  // namespace

void allow_any_origin(Response& response) {
  response.with("Access-Control-Allow-Origin", "*")
      .with("Access-Control-Expose-Headers", "Content-Length, Content-Range, Date, ETag");
}

Response preflight_response() {
  Response response{.status = 204};
  allow_any_origin(response);
  return std::move(response)
      .with("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
      .with("Access-Control-Allow-Headers", "*")
      .with("Access-Control-Max-Age", "86400")
      .with("Allow", "GET, HEAD, OPTIONS");
}

Response playlist_response(const Request& request, std::string playlist) {
  Response response;
  if (accepts_gzip(request.header("Accept-Encoding"))) {
    response.body = gzip(playlist);
    response.with("Content-Encoding", "gzip");
  } else {
    response.body = std::move(playlist);
  }
  response.with("Content-Type", std::string(kPlaylistType))
      .with("Cache-Control", kNoCache)
      .with("Vary", "Accept-Encoding");
  allow_any_origin(response);
  return response;
}

Response file_response(const Request& request, std::string_view name, object::OpenObject file) {
  const std::string_view type = type_of(name);
  const Validators validators{.etag = etag_of(file), .modified = file.modified};
  Response response;
  if (is_unchanged(request, validators)) {
    response.status = 304;
  } else if (type == kPlaylistType && !request.header("Range")) {
    return playlist_response(request, read(file));
  } else {
    response = part_response(request, std::move(file), validators);
  }
  if (response.status != 416) {
    response.with("Content-Type", std::string(type))
        .with("Cache-Control", is_segment(type) ? kForGood : kNoCache)
        .with("ETag", validators.etag)
        .with("Last-Modified", http_date(validators.modified));
  }
  response.with("Accept-Ranges", "bytes");
  allow_any_origin(response);
  return response;
}

}  // namespace sluice::api
