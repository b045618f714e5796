#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "config/base/units.h"
#include "config/base/utc.h"
#include "control/api/http_date.h"
#include "control/api/range.h"

using namespace sluice;

namespace {

void check_range(std::string_view field, uint64_t size) {
  const auto request = api::parse_range(field, size);
  if (request.kind != api::RangeRequest::Kind::kPart) return;
  const auto [first, length] = request.range;
  if (length == 0 || first >= size || length > size - first) std::abort();
}

}  // namespace

/// Fields and parameters of requests: eight bytes are a size, the rest is the text.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uint64_t total = 0;
  if (size < sizeof total) return 0;
  std::memcpy(&total, data, sizeof total);
  const std::string_view text(reinterpret_cast<const char*>(data) + sizeof total,
                              size - sizeof total);
  check_range(text, total);
  check_range(text, total % 1000);
  if (const auto date = api::parse_http_date(text); date && api::http_date(*date) != text) {
    std::abort();
  }
  if (const auto utc = parse_rfc3339(text)) {
    const auto rounded = std::chrono::floor<std::chrono::milliseconds>(*utc);
    if (parse_rfc3339(rfc3339_ms(*utc)) != Utc(rounded)) std::abort();
  }
  if (const auto duration = parse_duration(text)) {
    if (parse_duration(format_duration(*duration)) != *duration) std::abort();
  }
  parse_size(text);
  parse_bitrate(text);
  return 0;
}
