#include "storage/object/xml.h"

#include <array>
#include <charconv>
#include <utility>

namespace sluice::object {
namespace {

constexpr std::array<std::pair<std::string_view, char>, 5> kEntities = {
    {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};

struct Decoded {
  char character;
  size_t length;
};

/// The entity at the start of `text`. Character references are resolved within ASCII; the rest
/// stays as it is written.
Decoded decode_entity(std::string_view text) {
  for (const auto& [entity, character] : kEntities) {
    if (text.starts_with(entity)) {
      return {character, entity.size()};
    }
  }
  if (text.starts_with("&#")) {
    const bool hex = text.substr(2, 1) == "x";
    const char* first = text.data() + (hex ? 3 : 2);
    unsigned code = 0;
    const auto [end, error] =
        std::from_chars(first, text.data() + text.size(), code, hex ? 16 : 10);
    if (error == std::errc() && code < 128 && end < text.data() + text.size() && *end == ';') {
      return {static_cast<char>(code), static_cast<size_t>(end + 1 - text.data())};
    }
  }
  return {'&', 1};
}

std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const Decoded next =
        text[i] == '&' ? decode_entity(text.substr(i)) : Decoded{text[i], size_t{1}};
    out.push_back(next.character);
    i += next.length;
  }
  return out;
}

}  // namespace

std::vector<std::string_view> xml_elements(std::string_view xml, std::string_view name) {
  const std::string open = "<" + std::string(name);
  const std::string close = "</" + std::string(name) + ">";
  std::vector<std::string_view> out;
  for (size_t at = xml.find(open); at != std::string_view::npos; at = xml.find(open, at)) {
    const size_t after = at + open.size();
    const size_t tag_end = xml.find('>', at);
    if (tag_end == std::string_view::npos) {
      break;
    }
    at = after;
    if (xml[after] != '>' && xml[after] != ' ' && xml[after] != '/') {
      continue;
    }
    if (xml[tag_end - 1] == '/') {
      out.push_back({});
      continue;
    }
    const size_t end = xml.find(close, tag_end);
    if (end == std::string_view::npos) {
      break;
    }
    out.push_back(xml.substr(tag_end + 1, end - tag_end - 1));
    at = end;
  }
  return out;
}

std::optional<std::string> xml_text(std::string_view xml, std::string_view name) {
  const auto found = xml_elements(xml, name);
  return found.empty() ? std::nullopt : std::optional<std::string>(unescape(found.front()));
}

std::string xml_escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    std::string_view as(&c, 1);
    for (const auto& [entity, character] : kEntities) {
      if (c == character) {
        as = entity;
      }
    }
    out += as;
  }
  return out;
}

}  // namespace sluice::object
