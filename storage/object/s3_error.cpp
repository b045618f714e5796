#include "storage/object/s3_error.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "storage/object/xml.h"

namespace sluice::object {
namespace {

struct Known {
  std::string_view code;
  Next next;
  std::string_view advice;
};

// S3's error codes whose meaning the HTTP status does not give ("List of error codes" in the S3 API
// reference)
constexpr std::array kKnown = {
    Known{"AccessDenied", Next::kGiveUp, "the keys are valid but may not do this"},
    Known{"AuthorizationHeaderMalformed", Next::kGiveUp, "check storage.region"},
    Known{"BadDigest", Next::kRetry, ""},
    Known{"ConditionalRequestConflict", Next::kRetry, ""},
    Known{"ExpiredToken", Next::kRefreshCredentials, ""},
    Known{"IncompleteBody", Next::kRetry, ""},
    Known{"InvalidAccessKeyId", Next::kRefreshCredentials, "check the access key"},
    Known{"InvalidToken", Next::kRefreshCredentials, "check the session token"},
    Known{"NoSuchBucket", Next::kNotFound, "the bucket does not exist"},
    Known{"NoSuchKey", Next::kNotFound, ""},
    Known{"OperationAborted", Next::kRetry, ""},
    Known{"PermanentRedirect", Next::kGiveUp, "check storage.endpoint and storage.region"},
    Known{"QuotaExceeded", Next::kRetry, "free some space or raise the quota"},
    Known{"RequestTimeTooSkewed", Next::kRetry, "this machine's clock is wrong"},
    Known{"RequestTimeout", Next::kRetry, ""},
    Known{"SignatureDoesNotMatch", Next::kRefreshCredentials, "check the secret key"},
    Known{"TemporaryRedirect", Next::kGiveUp, "check storage.endpoint and storage.region"},
    Known{"TokenRefreshRequired", Next::kRefreshCredentials, ""},
    Known{"XAmzContentSHA256Mismatch", Next::kRetry, ""},
};

Known by_status(long status) {
  if (status == 404) {
    return {"", Next::kNotFound, ""};
  }
  if (status == 401 || status == 403) {
    return {"", Next::kRefreshCredentials, "check keys and permissions"};
  }
  if (status >= 300 && status < 400) {
    return {"", Next::kGiveUp, "check storage.endpoint and storage.region"};
  }
  const bool passing = status == 408 || status == 429 || (status >= 500 && status != 501);
  return {"", passing ? Next::kRetry : Next::kGiveUp, ""};
}

Known meaning(long status, const std::string& code) {
  const auto* found = std::find_if(kKnown.begin(), kKnown.end(),
                                   [&](const Known& known) { return known.code == code; });
  return found != kKnown.end() ? *found : by_status(status);
}

}  // namespace

S3Failure refusal(const HttpResponse& response, const std::string& what) {
  S3Failure out;
  out.status = response.status;
  out.code = xml_text(response.body, "Code").value_or("");
  const std::string said = xml_text(response.body, "Message").value_or("");
  const Known known = meaning(response.status, out.code);
  std::string text = what + ": HTTP status " + std::to_string(response.status);
  text += out.code.empty() ? "" : ' ' + out.code;
  text += said.empty() ? "" : ": " + said;
  text += known.advice.empty() ? "" : " (" + std::string(known.advice) + ')';
  out.error = {known.next, std::move(text), response.retry_after};
  return out;
}

}  // namespace sluice::object
