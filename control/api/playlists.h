#pragma once

#include <string>

#include "config/appliance.h"
#include "config/base/clock.h"
#include "config/base/result.h"
#include "control/api/appliance_access.h"
#include "control/api/catalog_access.h"
#include "control/api/http.h"
#include "control/api/links.h"

namespace sluice::api {

/// Playlists made at the moment they are asked for, from the catalog, with URLs signed at that
/// moment. Any thread.
class Playlists {
 public:
  /// Everything outlives this.
  Playlists(const ApplianceAccess& appliance, CatalogAccess& catalog, const Links& links,
            const Clock& clock)
      : appliance_(appliance), catalog_(catalog), links_(links), clock_(clock) {}

  /// `/streams/NAME/live.m3u8`: the live window, as the store's own `index.m3u8` has it.
  Response live(const Request& request, const std::string& stream) const;

  /// `/streams/NAME/archive.m3u8?start=…&end=…` (RFC 3339): what lies in that span; with ENDLIST
  /// once nothing can join it. Without `end`, and until then, it is an EVENT playlist that grows.
  Response archive(const Request& request, const std::string& stream) const;

  /// `/groups/NAME/master.m3u8`: the streams of the group, bandwidth as measured lately.
  Response master(const Request& request, const std::string& group) const;

 private:
  const ApplianceAccess& appliance_;
  CatalogAccess& catalog_;
  const Links& links_;
  const Clock& clock_;
};

}  // namespace sluice::api
