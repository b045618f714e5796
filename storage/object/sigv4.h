#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/digest.h"
#include "config/base/utc.h"
#include "storage/object/credentials.h"

namespace sluice::object {

/// Names and values in the order in which they are sent; a name may occur several times.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// The payload hash of a request whose body is not signed (S3 over TLS, presigned URLs).
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

/// The longest life of a presigned URL that SigV4 allows.
inline constexpr std::chrono::seconds kMaxExpires = std::chrono::hours(7 * 24);

/// A request as its signature sees it.
struct SignableRequest {
  std::string method;
  std::string path;  ///< decoded, from its first '/'; encoded once and never normalised (S3)
  Fields query;      ///< decoded
  Fields headers;    ///< with Host; all of them are signed
  std::string payload_hash;  ///< hex SHA-256 of the body, or kUnsignedPayload
};

/// A signature with the strings that it was made from.
struct Signature {
  std::string scope;           ///< 20130524/us-east-1/s3/aws4_request
  std::string signed_headers;  ///< host;range;x-amz-date
  std::string canonical_request;
  std::string string_to_sign;
  std::string hex;
};

/// The query string in canonical form: encoded, then sorted by name and value.
std::string canonical_query(const Fields& query);

/// AWS Signature Version 4, as S3 uses it. One thread at a time; the signing key is kept for as
/// long as date and secret stay the same.
class Signer {
 public:
  Signer(std::string region, std::string service)
      : region_(std::move(region)), service_(std::move(service)) {}

  /// Signs by headers: adds X-Amz-Date, X-Amz-Security-Token (with a session token) and
  /// Authorization to `request`.
  Signature sign(SignableRequest& request, const Keys& keys, Utc at);

  /// Signs by query: adds X-Amz-Algorithm, -Credential, -Date, -Expires, -SignedHeaders and
  /// -Security-Token to `request`. X-Amz-Signature is the caller's to add, last.
  /// @param expires  1 s to kMaxExpires
  Signature presign(SignableRequest& request, const Keys& keys, Utc at,
                    std::chrono::seconds expires);

 private:
  std::string scope(const std::string& date) const;
  Signature finish(const SignableRequest& request, const Keys& keys, const std::string& stamp);
  const Sha256Digest& signing_key(const Secret& secret, const std::string& date);

  std::string region_;
  std::string service_;
  std::string key_date_;
  Secret key_secret_;
  Sha256Digest key_{};
};

}  // namespace sluice::object
