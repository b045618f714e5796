#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/base/result.h"
#include "storage/object/store.h"

namespace sluice::object {

/// The bodies that S3 requests and answers carry.

/// CreateBucketConfiguration; empty for us-east-1, which must not be named.
std::string location_constraint(std::string_view region);

/// CORSConfiguration by which a browser's player may read objects and ranges of them.
std::string cors_configuration(const std::vector<std::string>& origins);

/// The answer to ListObjectsV2.
Result<Listing> parse_listing(std::string_view xml);

}  // namespace sluice::object
