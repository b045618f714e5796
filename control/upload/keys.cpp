#include "control/upload/keys.h"

namespace sluice::upload {
namespace {

/// Position behind the `count`th slash from the end; 0 if there are fewer.
size_t behind_slash_from_end(std::string_view key, int count) {
  size_t at = key.size();
  while (count-- > 0) {
    at = at == 0 ? std::string_view::npos : key.rfind('/', at - 1);
    if (at == std::string_view::npos) {
      return 0;
    }
  }
  return at + 1;
}

}  // namespace

std::string stream_folder(std::string_view segment_key) {
  constexpr int kSlashesOfHour = 5;  // in front of year, month, day, hour and name
  return std::string(segment_key.substr(0, behind_slash_from_end(segment_key, kSlashesOfHour)));
}

std::string hour_folder(std::string_view segment_key) {
  return std::string(segment_key.substr(0, behind_slash_from_end(segment_key, 1)));
}

std::string file_name(std::string_view segment_key) {
  return std::string(segment_key.substr(behind_slash_from_end(segment_key, 1)));
}

}  // namespace sluice::upload
