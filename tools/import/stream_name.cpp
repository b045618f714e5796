#include "tools/import/stream_name.h"

#include <algorithm>
#include <cstdint>

namespace sluice::tools::import {
namespace {

constexpr size_t kLongest = 80;

/// U+00C0 to U+017F without their accents; '-' for what is no letter.
constexpr std::string_view kLatin =
    "AAAAAAACEEEEIIIIDNOOOOO-OUUUUYTs"
    "aaaaaaaceeeeiiiidnooooo-ouuuuyty"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGg"
    "GgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlL"
    "lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSs"
    "SsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
static_assert(kLatin.size() == 0x180 - 0xC0);

/// Takes a character off the front of UTF-8 text; a byte that begins none counts as U+FFFD.
uint32_t take_character(std::string_view& text) {
  const auto byte = [&text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const uint32_t first = byte(0);
  const size_t length = first < 0x80             ? 1
                        : (first & 0xE0) == 0xC0 ? 2
                        : (first & 0xF0) == 0xE0 ? 3
                        : (first & 0xF8) == 0xF0 ? 4
                                                 : 0;
  if (length == 1) {
    text.remove_prefix(1);
    return first;
  }
  if (length == 0 || length > text.size()) {
    text.remove_prefix(1);
    return 0xFFFD;
  }
  uint32_t character = first & (0x7FU >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) {
      text.remove_prefix(1);
      return 0xFFFD;
    }
    character = character << 6 | (byte(i) & 0x3F);
  }
  text.remove_prefix(length);
  return character;
}

std::string spelled(uint32_t character) {
  const auto c = static_cast<char>(character);
  if (character < 0x80 && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '.' || c == '_')) {
    return {c};
  }
  if (c == '+' && character < 0x80) {
    return "plus";
  }
  if (c == '&' && character < 0x80) {
    return "-and-";
  }
  if (character >= 0xC0 && character < 0x180) {
    return {kLatin[character - 0xC0]};
  }
  constexpr uint32_t kCombiningBegin = 0x300;  // accents that stand by themselves
  constexpr uint32_t kCombiningEnd = 0x370;
  return character >= kCombiningBegin && character < kCombiningEnd ? "" : "-";
}

}  // namespace

std::string legal_name(std::string_view name) {
  std::string out;
  while (!name.empty() && out.size() < kLongest) {
    for (const char c : spelled(take_character(name))) {
      if (c != '-' || (!out.empty() && out.back() != '-')) {
        out += c;
      }
    }
  }
  out.resize(std::min(out.size(), kLongest));
  const size_t begin = out.find_first_not_of(".-");
  if (begin == std::string::npos) {
    return {};
  }
  return out.substr(begin, out.find_last_not_of(".-") - begin + 1);
}

std::string UniqueNames::take(const std::string& wanted) {
  std::string name = wanted;
  for (size_t number = 2; !taken_.insert(name).second; ++number) {
    name = wanted + "-" + std::to_string(number);
  }
  return name;
}

}  // namespace sluice::tools::import
