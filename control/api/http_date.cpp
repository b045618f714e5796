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
  const std::string terminated(text);
  tm parts{};
  const char* end = strptime(terminated.c_str(), kFormat, &parts);
  if (end == nullptr || *end != '\0') {
    return std::nullopt;
  }
  return Utc(std::chrono::seconds(timegm(&parts)));
}

}  // namespace sluice::api
