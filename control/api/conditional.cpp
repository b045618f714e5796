#include "control/api/conditional.h"

#include "control/api/http_date.h"

namespace sluice::api {
namespace {

/// Weak comparison against each tag of a list; our tags hold no comma.
bool names(std::string_view list, std::string_view etag) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    std::string_view tag = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    tag.remove_prefix(std::min(tag.find_first_not_of(" \t"), tag.size()));
    tag = tag.substr(0, tag.find_last_not_of(" \t") + 1);
    if (tag.starts_with("W/")) {
      tag.remove_prefix(2);
    }
    if (tag == "*" || tag == etag) {
      return true;
    }
  }
  return false;
}

Utc to_seconds(Utc utc) {
  return std::chrono::floor<std::chrono::seconds>(utc);
}

}  // namespace

bool is_unchanged(const Request& request, const Validators& validators) {
  if (const auto tags = request.header("If-None-Match")) {
    return names(*tags, validators.etag);
  }
  const auto since = parse_http_date(request.header("If-Modified-Since").value_or(""));
  return since && to_seconds(validators.modified) <= *since;
}

bool range_applies(const Request& request, const Validators& validators) {
  const auto condition = request.header("If-Range");
  if (!condition) {
    return true;
  }
  if (condition->starts_with('"')) {
    return *condition == validators.etag;
  }
  return parse_http_date(*condition) == to_seconds(validators.modified);
}

}  // namespace sluice::api
