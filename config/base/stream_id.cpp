#include "config/base/stream_id.h"

#include <algorithm>

namespace sluice {
namespace {

bool allowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

bool good_part(std::string_view part) {
  return !part.empty() && part != "." && part != ".." && std::ranges::all_of(part, allowed);
}

}  // namespace

Result<StreamId> StreamId::parse(std::string_view text) {
  if (text.size() > kMaxLength) {
    return fail("stream name is longer than 127 characters: " + std::string(text));
  }
  std::string_view rest = text;
  while (true) {
    const size_t slash = rest.find('/');
    if (!good_part(rest.substr(0, slash))) {
      return fail("stream name \"" + std::string(text) +
                  "\" must be parts of letters, digits, '.', '_' and '-' joined by '/'");
    }
    if (slash == std::string_view::npos) {
      return StreamId(std::string(text));
    }
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace sluice
