#include "control/api/query_time.h"

#include <algorithm>
#include <string>

namespace sluice::api {

Result<std::optional<Utc>> query_time(const Request& request, const char* name) {
  const auto field = request.query(name);
  if (!field) {
    return std::nullopt;
  }
  std::string text(*field);
  std::ranges::replace(text, ' ', '+');  // what decoding a query makes of a plain `+`
  const auto utc = parse_rfc3339(text);
  if (!utc) {
    return fail(std::string(name) + "=" + text + " is no time; write it like 2025-01-16T06:00:00Z");
  }
  return utc;
}

}  // namespace sluice::api
