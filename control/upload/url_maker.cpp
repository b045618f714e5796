#include "control/upload/url_maker.h"

#include <chrono>

namespace sluice::upload {

Result<object::PresignedUrl> UrlMaker::make(const std::string& key,
                                            const config::Playlist& playlist) {
  if (!playlist.sign) {
    return object::PresignedUrl{store_.url(key), Utc{}};
  }
  return store_.presign(
      {.key = key,
       .expires = std::chrono::duration_cast<std::chrono::seconds>(playlist.url_ttl),
       .at = clock_.now()});
}

bool UrlMaker::aging(Utc expires, const config::Playlist& playlist) {
  if (expires == Utc{}) {
    return false;
  }
  // Credentials of limited life shorten what can be had, so the measure is a new signature.
  const auto fresh = make("life", playlist);
  const Utc now = clock_.now();
  return fresh && expires < fresh->expires && (expires - now) * 4 < fresh->expires - now;
}

}  // namespace sluice::upload
