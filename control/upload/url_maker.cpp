#include "control/upload/url_maker.h"

#include <chrono>

#include "control/upload/keys.h"

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

Result<UrlMaker::Look> UrlMaker::look(const std::string& folder, const config::Playlist& playlist) {
  const auto url = make(folder + std::string(kLiveIndex), playlist);
  if (!url) {
    return fail(url.error());
  }
  const size_t name = url->url.substr(0, url->url.find('?')).rfind('/') + 1;
  return Look{url->url.substr(0, name), url->expires};
}

bool outdated(const catalog::Hour& hour, const UrlMaker::Look& look, Utc now) {
  // Credentials of limited life shorten what can be had, so the measure is a new signature.
  const auto aging = [&](Utc expires) {
    return expires < look.expires && (expires - now) * 4 < look.expires - now;
  };
  const bool was_signed = hour.url_expires != Utc{};
  return !hour.url.starts_with(look.origin) || was_signed != (look.expires != Utc{}) ||
         (was_signed && (aging(hour.expires) || aging(hour.url_expires)));
}

}  // namespace sluice::upload
