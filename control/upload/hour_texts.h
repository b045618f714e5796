#pragma once

#include <string>
#include <vector>

#include "control/upload/url_maker.h"
#include "storage/catalog/catalog.h"

namespace sluice::upload {

/// The three texts of an hour.
struct HourTexts {
  std::string hourly;    ///< absolute URLs
  std::string relative;  ///< names within the hour's folder
  std::string manifest;
  Utc expires{};  ///< when the first URL of `hourly` stops working; 0 = never
};

/// @param segments  of one hour, in the order of sequence
/// @param ended  whether these are all that there will be
Result<HourTexts> hour_texts(const std::vector<catalog::Segment>& segments,
                             unsigned target_duration, bool ended, UrlMaker& urls,
                             const config::Playlist& playlist);

}  // namespace sluice::upload
