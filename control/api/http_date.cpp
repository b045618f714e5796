#include "control/api/http_date.h"

#include <time.h>

namespace sluice::api {
namespace {

constexpr const char* kFormat = "%a, %d %b %Y %H:%M:%S GMT";

}  // namespace

std::string http_date(Utc utc) {
  const time_t seconds = std::chrono::floor<std::chrono::seconds>(utc).time_since_epoch().count();
  tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  return {text, strftime(text, sizeof text, kFormat, &parts)};
}

std::optional<Utc> parse_http_date(std::string_view text) {
  tm parts{};
  if (strptime(std::string(text).c_str(), kFormat, &parts) == nullptr) {
    return std::nullopt;
  }
  constexpr std::chrono::seconds kReach =
      std::chrono::floor<std::chrono::seconds>(Utc::max().time_since_epoch());
  const std::chrono::seconds seconds(timegm(&parts));
  if (abs(seconds) > kReach) {
    return std::nullopt;
  }
  // strptime takes more than the standard does: blanks, other cases, wrong weekdays.
  const Utc utc(seconds);
  return http_date(utc) == text ? std::optional(utc) : std::nullopt;
}

}  // namespace sluice::api
