#pragma once

#include <string>

#include "config/base/result.h"
#include "storage/object/http_client.h"

namespace sluice::object {

/// A request that S3 refused, or that never got an answer.
struct S3Failure {
  Error error;
  std::string code;  ///< S3's own (NoSuchKey); empty if it gave none
  long status = 0;   ///< HTTP; 0 = no answer
};

/// What an answer other than 2xx means.
/// @param what  the request, for the message: "PUT s3://bucket/key at https://host"
S3Failure refusal(const HttpResponse& response, const std::string& what);

}  // namespace sluice::object
