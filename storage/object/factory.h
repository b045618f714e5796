#pragma once

#include <memory>
#include <string>

#include "config/appliance.h"
#include "config/base/clock.h"
#include "config/base/result.h"
#include "storage/object/store.h"

namespace sluice::object {

/// The store that `storage` describes. Neither touches the network nor creates a bucket: that is
/// `ensure_bucket`. Fails on an endpoint that cannot be one, naming it.
/// @param clock  outlives the store
/// @param public_base  where our own HTTP server answers ("http://host:3001"): the host in URLs of
/// a
///     file store that has no `public_endpoint`
Result<std::unique_ptr<ObjectStore>> make_store(const config::Storage& storage, const Clock& clock,
                                                const std::string& public_base);

}  // namespace sluice::object
