#pragma once

#include <string>

#include "config/appliance.h"
#include "control/api/catalog_access.h"
#include "control/api/http.h"

namespace sluice::api {

/// `/api/v1/streams`: each stream's media as the catalog knows it, with the paths of its playlists.
Response streams_response(const config::Appliance& appliance, CatalogAccess& catalog);

/// `/api/v1/streams/NAME/hours`: the hours that the archive has, oldest first.
Response hours_response(CatalogAccess& catalog, const std::string& stream);

/// `/api/v1/streams/NAME/segments?hour=2025-01-16T06:00:00Z`: the segments that start in it.
Response segments_response(const Request& request, CatalogAccess& catalog,
                           const std::string& stream);

}  // namespace sluice::api
