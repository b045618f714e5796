#pragma once

#include <span>
#include <string>

#include "config/base/utc.h"

namespace sluice::playlist {

/// The hourly index of one stream and hour.
struct HourUrl {
  Utc hour{};
  std::string url;
};

/// The text of urls.log: "Hour 2025/01/16/06 => https://…", a line an entry, in the order given.
std::string render_urls_log(std::span<const HourUrl> hours);

}  // namespace sluice::playlist
