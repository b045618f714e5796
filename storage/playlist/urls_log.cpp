#include "storage/playlist/urls_log.h"

namespace sluice::playlist {

std::string render_urls_log(std::span<const HourUrl> hours) {
  std::string out;
  for (const HourUrl& hour : hours) {
    out += "Hour " + hour_path(hour.hour) + " => " + hour.url + "\n";
  }
  return out;
}

}  // namespace sluice::playlist
