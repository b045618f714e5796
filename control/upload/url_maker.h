#pragma once

#include <string>

#include "config/appliance.h"
#include "config/base/clock.h"
#include "storage/catalog/catalog.h"
#include "storage/object/store.h"

namespace sluice::upload {

/// Makes the URLs that a stream's playlists hand out: presigned or plain, as `playlist.sign` has
/// it.
class UrlMaker {
 public:
  /// All outlive this.
  UrlMaker(object::ObjectStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  /// A URL and when it stops working (0 = never).
  Result<object::PresignedUrl> make(const std::string& key, const config::Playlist& playlist);

  /// How URLs below `folder` look that are made now.
  struct Look {
    std::string origin;  ///< what they begin with
    Utc expires{};       ///< 0 = never
  };
  Result<Look> look(const std::string& folder, const config::Playlist& playlist);

 private:
  object::ObjectStore& store_;
  const Clock& clock_;
};

/// Whether an hour's URLs should be made again: they have less than a quarter of the life left that
/// new ones would have, or the public address or signing has changed since.
bool outdated(const catalog::Hour& hour, const UrlMaker::Look& look, Utc now);

}  // namespace sluice::upload
