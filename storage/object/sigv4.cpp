#include "storage/object/sigv4.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "storage/object/uri.h"

namespace sluice::object {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr size_t kDateLength = 8;  // of "20130524T000000Z"

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

/// Without blanks at the ends, runs of them within being one space.
std::string collapse_blanks(std::string_view text) {
  std::string out;
  bool gap = false;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      gap = !out.empty();
      continue;
    }
    if (gap) {
      out.push_back(' ');
      gap = false;
    }
    out.push_back(c);
  }
  return out;
}

/// Sorted by name; the values of a name that occurs again are joined with commas.
std::map<std::string, std::string> canonical_headers(const Fields& headers) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : headers) {
    const auto [at, added] = out.try_emplace(lower(name));
    at->second += (added ? "" : ",") + collapse_blanks(value);
  }
  return out;
}

std::string signed_names(const Fields& headers) {
  std::string out;
  for (const auto& [name, value] : canonical_headers(headers)) {
    out += (out.empty() ? "" : ";") + name;
  }
  return out;
}

std::string canonical_request(const SignableRequest& request) {
  std::string out = request.method + '\n' + uri_encode_path(request.path) + '\n' +
                    canonical_query(request.query) + '\n';
  for (const auto& [name, value] : canonical_headers(request.headers)) {
    out.append(name).append(1, ':').append(value).append(1, '\n');
  }
  return out + '\n' + signed_names(request.headers) + '\n' + request.payload_hash;
}

}  // namespace

std::string canonical_query(const Fields& query) {
  Fields encoded;
  encoded.reserve(query.size());
  for (const auto& [name, value] : query) {
    encoded.emplace_back(uri_encode(name), uri_encode(value));
  }
  std::sort(encoded.begin(), encoded.end());
  std::string out;
  for (const auto& [name, value] : encoded) {
    out.append(out.empty() ? "" : "&").append(name).append(1, '=').append(value);
  }
  return out;
}

Signature Signer::sign(SignableRequest& request, const Keys& keys, Utc at) {
  const std::string stamp = iso8601_basic(at);
  request.headers.emplace_back("X-Amz-Date", stamp);
  if (!keys.session_token.empty()) {
    request.headers.emplace_back("X-Amz-Security-Token", keys.session_token.reveal());
  }
  Signature signature = finish(request, keys, stamp);
  request.headers.emplace_back("Authorization",
                               std::string(kAlgorithm) + " Credential=" + keys.access_key + '/' +
                                   signature.scope + ", SignedHeaders=" + signature.signed_headers +
                                   ", Signature=" + signature.hex);
  return signature;
}

Signature Signer::presign(SignableRequest& request, const Keys& keys, Utc at,
                          std::chrono::seconds expires) {
  const std::string stamp = iso8601_basic(at);
  request.query.emplace_back("X-Amz-Algorithm", kAlgorithm);
  request.query.emplace_back("X-Amz-Credential",
                             keys.access_key + '/' + scope(stamp.substr(0, kDateLength)));
  request.query.emplace_back("X-Amz-Date", stamp);
  request.query.emplace_back("X-Amz-Expires", std::to_string(expires.count()));
  request.query.emplace_back("X-Amz-SignedHeaders", signed_names(request.headers));
  if (!keys.session_token.empty()) {
    request.query.emplace_back("X-Amz-Security-Token", keys.session_token.reveal());
  }
  return finish(request, keys, stamp);
}

std::string Signer::scope(const std::string& date) const {
  return date + '/' + region_ + '/' + service_ + "/aws4_request";
}

Signature Signer::finish(const SignableRequest& request, const Keys& keys,
                         const std::string& stamp) {
  const std::string date = stamp.substr(0, kDateLength);
  Signature out;
  out.scope = scope(date);
  out.signed_headers = signed_names(request.headers);
  out.canonical_request = canonical_request(request);
  out.string_to_sign = std::string(kAlgorithm) + '\n' + stamp + '\n' + out.scope + '\n' +
                       sluice::hex(sha256(as_bytes(out.canonical_request)));
  out.hex =
      sluice::hex(hmac_sha256(signing_key(keys.secret_key, date), as_bytes(out.string_to_sign)));
  return out;
}

const Sha256Digest& Signer::signing_key(const Secret& secret, const std::string& date) {
  if (date != key_date_ || !(secret == key_secret_)) {
    const Secret start("AWS4" + secret.reveal());
    key_ = hmac_sha256(as_bytes(start.reveal()), as_bytes(date));
    key_ = hmac_sha256(key_, as_bytes(region_));
    key_ = hmac_sha256(key_, as_bytes(service_));
    key_ = hmac_sha256(key_, as_bytes("aws4_request"));
    key_date_ = date;
    key_secret_ = secret;
  }
  return key_;
}

}  // namespace sluice::object
