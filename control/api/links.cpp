#include "control/api/links.h"

#include <algorithm>

namespace sluice::api {
namespace {

bool is_host(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
  });
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) {
    url.pop_back();
  }
  return url;
}

}  // namespace

std::string origin_of(const Request& request) {
  const std::string_view host = request.header("Host").value_or("");
  if (!is_host(host)) {
    return {};
  }
  const bool tls = request.header("X-Forwarded-Proto") == "https";
  return (tls ? "https://" : "http://") + std::string(host);
}

Links::Links(const config::Storage& storage, std::unique_ptr<object::ObjectStore> signer,
             const Clock& clock)
    : base_(without_slash(storage.public_endpoint)),
      bucket_(storage.bucket),
      clock_(clock),
      signer_(std::move(signer)) {}

std::string Links::local(const Request& request, const std::string& key) const {
  return (base_.empty() ? origin_of(request) : base_) + "/" + bucket_ + "/" + key;
}

Result<std::string> Links::presigned(const Request& request, const std::string& key,
                                     std::chrono::seconds expires) const {
  if (!signer_) {
    return local(request, key);
  }
  const std::lock_guard lock(mutex_);
  return signer_->presign({.key = key, .method = "GET", .expires = expires, .at = clock_.now()})
      .map([](object::PresignedUrl&& presigned) { return std::move(presigned.url); });
}

std::string Links::plain(const Request& request, const std::string& key) const {
  if (!signer_) {
    return local(request, key);
  }
  const std::lock_guard lock(mutex_);
  return signer_->url(key);
}

}  // namespace sluice::api
