#include <fmt/format.h>

#include <map>
#include <optional>

#include "tools/import/list_reader.h"

namespace sluice::tools::import {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// `#EXTINF:-1 tvg-name="News" group-title="Sport, live",News HD`
struct ExtInf {
  std::map<std::string, std::string, std::less<>> attributes;
  std::string title;
};

/// Takes `key="value"` or `key=value` off the front; nothing if there is none.
std::optional<std::pair<std::string, std::string>> take_attribute(std::string_view& text) {
  const size_t equals = text.find('=');
  const size_t stop = text.find_first_of(", \t");
  if (equals == std::string_view::npos || stop < equals) {
    return std::nullopt;
  }
  std::string key(text.substr(0, equals));
  text.remove_prefix(equals + 1);
  const bool quoted = text.starts_with('"');
  if (quoted) {
    text.remove_prefix(1);
  }
  const size_t end = std::min(quoted ? text.find('"') : text.find_first_of(", \t"), text.size());
  std::string value(text.substr(0, end));
  text.remove_prefix(std::min(text.size(), quoted ? end + 1 : end));
  return std::pair(std::move(key), std::move(value));
}

ExtInf read_extinf(std::string_view text) {
  ExtInf out;
  text.remove_prefix(std::min(text.find_first_of(" \t,"), text.size()));  // the duration
  while (!text.empty() && text[0] != ',') {
    if (text[0] == ' ' || text[0] == '\t') {
      text.remove_prefix(1);
    } else if (auto attribute = take_attribute(text)) {
      out.attributes.insert(std::move(*attribute));
    } else {
      text.remove_prefix(std::min(text.find_first_of(", \t"), text.size()));
    }
  }
  if (text.starts_with(',')) {
    out.title = trimmed(text.substr(1));
  }
  return out;
}

std::string attribute(const ExtInf& info, std::string_view key) {
  const auto found = info.attributes.find(key);
  return found == info.attributes.end() ? "" : found->second;
}

/// What the lines above a URL say about it.
class Reader {
 public:
  void take(size_t line, std::string_view text) {
    if (text.size() > kLongestLine) {
      list_.remarks.push_back({line, true, "is too long"});
      next_ = {};
      announced_ = 0;
    } else if (text.starts_with('#')) {
      directive(line, text);
    } else if (!text.empty()) {
      next_.line = line;
      next_.url = text;
      list_.channels.push_back(std::exchange(next_, {}));
      announced_ = 0;
    }
  }

  ChannelList end() {
    forget_announced();
    for (const auto& [name, seen] : ignored_) {
      list_.remarks.push_back(
          {seen.first, false,
           fmt::format("{} is not used{}", name,
                       seen.count > 1 ? fmt::format(" ({} lines)", seen.count) : "")});
    }
    return std::move(list_);
  }

 private:
  struct Seen {
    size_t first = 0;
    size_t count = 0;
  };

  void directive(size_t line, std::string_view text) {
    if (text.starts_with("#EXTINF:")) {
      forget_announced();
      const ExtInf info = read_extinf(text.substr(8));
      next_.name = !info.title.empty() ? info.title : attribute(info, "tvg-name");
      if (next_.name.empty()) {
        next_.name = attribute(info, "tvg-id");
      }
      if (const std::string title = attribute(info, "group-title"); !title.empty()) {
        next_.category = title;
      }
      announced_ = line;
    } else if (text.starts_with("#EXTGRP:")) {
      next_.category = trimmed(text.substr(8));
    } else if (!text.starts_with("#EXTM3U")) {
      const size_t end = text.find_first_of(": \t=");
      const bool ours = text.starts_with("#EXT") || end != std::string_view::npos;
      Seen& seen = ignored_[ours && text[1] != ' ' && end != 1 ? std::string(text.substr(0, end))
                                                               : "a comment"];
      seen.first = seen.count++ == 0 ? line : seen.first;
    }
  }

  /// A channel without a URL.
  void forget_announced() {
    if (announced_ != 0) {
      list_.remarks.push_back({announced_, true, "no URL follows for \"" + next_.name + "\""});
      next_ = {};
      announced_ = 0;
    }
  }

  ChannelList list_;
  Channel next_;
  size_t announced_ = 0;  ///< the line of the #EXTINF that waits for its URL
  std::map<std::string, Seen> ignored_;
};

}  // namespace

ChannelList read_m3u(std::string_view text) {
  Reader reader;
  for (size_t line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    reader.take(line, trimmed(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.end();
}

}  // namespace sluice::tools::import
