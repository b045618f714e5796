#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/appliance.h"
#include "config/problems.h"

namespace sluice::config {

/// A YAML mapping that is read key by key. A key that is absent leaves its target as it is; one
/// that is wrong is reported, and leaves it too. `close` reports the keys that nobody asked for.
class YamlMap {
 public:
  /// @param path  the keys that lead here, "streams[0].segment"; empty for the whole file
  YamlMap(const YAML::Node& node, std::string path, Problems& problems);

  bool has(std::string_view key) const;
  /// Whether the key is absent, has no value, or an empty list.
  bool is_empty(std::string_view key) const;
  /// Where the key's value stands; where the mapping starts if there is none.
  Place place(std::string_view key) const;
  void problem(std::string_view key, const std::string& message);

  /// Each returns whether the key is there and right.
  bool text(std::string_view key, std::string& out);
  bool path(std::string_view key, std::filesystem::path& out);
  bool boolean(std::string_view key, bool& out);
  bool duration(std::string_view key, Duration& out, Duration least = Duration(1),
                Duration most = Duration::max());
  bool size(std::string_view key, uint64_t& out);
  bool bitrate(std::string_view key, uint64_t& out);
  bool texts(std::string_view key, std::vector<std::string>& out);
  bool numbers(std::string_view key, std::vector<unsigned>& out, uint64_t least, uint64_t most);

  template <typename T>
  bool number(std::string_view key, T& out, uint64_t least, uint64_t most) {
    const auto value = whole_number(key, least, most);
    if (value) {
      out = static_cast<T>(*value);
    }
    return value.has_value();
  }

  template <typename T>
  bool choice(std::string_view key, T& out, const std::vector<std::pair<std::string, T>>& choices) {
    std::string word;
    if (!text(key, word)) {
      return false;
    }
    std::vector<std::string> names;
    for (const auto& [name, value] : choices) {
      if (name == word) {
        out = value;
        return true;
      }
      names.push_back(name);
    }
    no_choice(key, word, names);
    return false;
  }

  /// A mapping below this one. A key without a value counts as an empty mapping.
  std::optional<YamlMap> map(std::string_view key);
  std::vector<YamlMap> maps(std::string_view key);

  /// Reports the keys that were not read.
  void close();

 private:
  struct Entry {
    std::string key;
    Place key_place;
    YAML::Node value;
    bool used = false;
  };

  Entry* find(std::string_view key);
  const Entry* find(std::string_view key) const;
  Entry* take(std::string_view key);
  std::string path_of(std::string_view key) const;
  std::optional<std::string> scalar(std::string_view key, const char* wanted);
  std::optional<uint64_t> whole_number(std::string_view key, uint64_t least, uint64_t most);
  void no_choice(std::string_view key, const std::string& word,
                 const std::vector<std::string>& names);

  std::string path_;
  Place place_;
  Problems* problems_;
  std::vector<Entry> entries_;
  std::vector<std::string> asked_;
};

Place place_of(const YAML::Mark& mark);

}  // namespace sluice::config
