#include "control/api/range.h"

#include <algorithm>
#include <charconv>

namespace sluice::api {
namespace {

constexpr RangeRequest kWhole{};
constexpr RangeRequest kUnsatisfiable{RangeRequest::Kind::kUnsatisfiable, {}};

/// Digits only: from_chars would take no sign for unsigned, and stops at blanks.
std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

RangeRequest part(uint64_t first, uint64_t length) {
  return {RangeRequest::Kind::kPart, {first, length}};
}

RangeRequest suffix(std::string_view text, uint64_t size) {
  const auto length = number(text);
  if (!length) {
    return kWhole;
  }
  if (*length == 0 || size == 0) {
    return kUnsatisfiable;
  }
  const uint64_t taken = std::min(*length, size);
  return part(size - taken, taken);
}

}  // namespace

RangeRequest parse_range(std::string_view field, uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!field.starts_with(kUnit)) {
    return kWhole;
  }
  field.remove_prefix(kUnit.size());
  const size_t dash = field.find('-');
  if (dash == std::string_view::npos) {
    return kWhole;
  }
  if (dash == 0) {
    return suffix(field.substr(1), size);
  }
  const auto first = number(field.substr(0, dash));
  const auto last = dash + 1 == field.size() ? UINT64_MAX : number(field.substr(dash + 1));
  if (!first || !last || *last < *first) {
    return kWhole;
  }
  if (*first >= size) {
    return kUnsatisfiable;
  }
  return part(*first, std::min(*last, size - 1) - *first + 1);
}

}  // namespace sluice::api
