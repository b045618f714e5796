#pragma once

#include <string>

#include "config/appliance.h"
#include "config/base/clock.h"
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

  /// Whether what lapses at `expires` has less than a quarter of the life that a new URL would
  /// have.
  bool aging(Utc expires, const config::Playlist& playlist);

 private:
  object::ObjectStore& store_;
  const Clock& clock_;
};

}  // namespace sluice::upload
