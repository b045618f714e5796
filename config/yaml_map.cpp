#include "config/yaml_map.h"

#include <algorithm>
#include <charconv>

#include "config/base/units.h"
#include "config/closest.h"

namespace sluice::config {
namespace {

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string kind_of(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Map:
      return "a mapping";
    case YAML::NodeType::Scalar:
      return "a single value";
    default:
      return "nothing";
  }
}

bool sounds_secret(std::string_view key) {
  for (const std::string_view word : {"secret", "password", "access_key", "token"}) {
    if (key.find(word) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

std::optional<uint64_t> parse_whole(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::string not_in_range(std::string_view text, uint64_t least, uint64_t most) {
  return in_quotes(text) + " is no whole number from " + std::to_string(least) + " to " +
         std::to_string(most);
}

}  // namespace

Place place_of(const YAML::Mark& mark) {
  return mark.is_null() ? Place{} : Place{mark.line + 1, mark.column + 1};
}

YamlMap::YamlMap(const YAML::Node& node, std::string path, Problems& problems)
    : path_(std::move(path)), place_(place_of(node.Mark())), problems_(&problems) {
  if (node.IsNull()) {
    return;
  }
  if (!node.IsMap()) {
    problems.add(place_, (path_.empty() ? "the file" : path_) +
                             " must be a mapping (`key: value`), not " + kind_of(node));
    return;
  }
  for (const auto& pair : node) {
    const Place key_place = place_of(pair.first.Mark());
    if (!pair.first.IsScalar()) {
      problems.add(key_place, "a key must be a single word, not " + kind_of(pair.first));
      continue;
    }
    const std::string& key = pair.first.Scalar();
    if (find(key) != nullptr) {
      problems.add(key_place, path_of(key) + ": this key stands here twice");
      continue;
    }
    entries_.push_back({key, key_place, pair.second});
  }
}

const YamlMap::Entry* YamlMap::find(std::string_view key) const {
  const auto at = std::ranges::find(entries_, key, &Entry::key);
  return at == entries_.end() ? nullptr : &*at;
}

YamlMap::Entry* YamlMap::find(std::string_view key) {
  return const_cast<Entry*>(std::as_const(*this).find(key));
}

YamlMap::Entry* YamlMap::take(std::string_view key) {
  asked_.emplace_back(key);
  Entry* entry = find(key);
  if (entry != nullptr) {
    entry->used = true;
  }
  return entry;
}

std::string YamlMap::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

bool YamlMap::has(std::string_view key) const {
  return find(key) != nullptr;
}

bool YamlMap::is_empty(std::string_view key) const {
  const Entry* entry = find(key);
  return entry == nullptr || entry->value.IsNull() ||
         (entry->value.IsSequence() && entry->value.size() == 0);
}

Place YamlMap::place(std::string_view key) const {
  const Entry* entry = find(key);
  if (entry == nullptr) {
    return place_;
  }
  return entry->value.IsNull() ? entry->key_place : place_of(entry->value.Mark());
}

void YamlMap::problem(std::string_view key, const std::string& message) {
  problems_->add(place(key), path_of(key) + ": " + message);
}

std::optional<std::string> YamlMap::scalar(std::string_view key, const char* wanted) {
  const Entry* entry = take(key);
  if (entry == nullptr) {
    return std::nullopt;
  }
  if (!entry->value.IsScalar() || entry->value.Scalar().empty()) {
    problem(key, std::string("must be ") + wanted + ", not " +
                     (entry->value.IsScalar() ? "empty" : kind_of(entry->value)));
    return std::nullopt;
  }
  return entry->value.Scalar();
}

bool YamlMap::text(std::string_view key, std::string& out) {
  auto value = scalar(key, "a text");
  if (value) {
    out = std::move(*value);
  }
  return value.has_value();
}

bool YamlMap::path(std::string_view key, std::filesystem::path& out) {
  auto value = scalar(key, "a path");
  if (value) {
    out = std::move(*value);
  }
  return value.has_value();
}

bool YamlMap::boolean(std::string_view key, bool& out) {
  const auto value = scalar(key, "true or false");
  if (!value) {
    return false;
  }
  if (*value != "true" && *value != "false") {
    problem(key, in_quotes(*value) + " is neither true nor false");
    return false;
  }
  out = *value == "true";
  return true;
}

bool YamlMap::duration(std::string_view key, Duration& out, Duration least, Duration most) {
  const auto value = scalar(key, "a duration like 6s");
  if (!value) {
    return false;
  }
  const auto parsed = parse_duration(*value);
  if (!parsed) {
    problem(key, parsed.error().message);
    return false;
  }
  if (*parsed < least || *parsed > most) {
    problem(key, *parsed < least
                     ? in_quotes(*value) + " is too short; the least is " + format_duration(least)
                     : in_quotes(*value) + " is too long; the most is " + format_duration(most));
    return false;
  }
  out = *parsed;
  return true;
}

bool YamlMap::size(std::string_view key, uint64_t& out) {
  const auto value = scalar(key, "a size like 2GiB");
  if (!value) {
    return false;
  }
  const auto parsed = parse_size(*value);
  if (!parsed) {
    problem(key, parsed.error().message);
    return false;
  }
  out = *parsed;
  return true;
}

bool YamlMap::bitrate(std::string_view key, uint64_t& out) {
  const auto value = scalar(key, "a bitrate like 8Mbps");
  if (!value) {
    return false;
  }
  const auto parsed = parse_bitrate(*value);
  if (!parsed || *parsed == 0) {
    problem(key, parsed ? "must be more than 0" : parsed.error().message);
    return false;
  }
  out = *parsed;
  return true;
}

std::optional<uint64_t> YamlMap::whole_number(std::string_view key, uint64_t least, uint64_t most) {
  const auto value = scalar(key, "a whole number");
  if (!value) {
    return std::nullopt;
  }
  const auto number = parse_whole(*value);
  if (!number || *number < least || *number > most) {
    problem(key, not_in_range(*value, least, most));
    return std::nullopt;
  }
  return number;
}

bool YamlMap::texts(std::string_view key, std::vector<std::string>& out) {
  const Entry* entry = take(key);
  if (entry == nullptr) {
    return false;
  }
  if (!entry->value.IsSequence()) {
    problem(key, "must be a list like [a, b], not " + kind_of(entry->value));
    return false;
  }
  std::vector<std::string> all;
  for (const YAML::Node& item : entry->value) {
    if (!item.IsScalar()) {
      problems_->add(place_of(item.Mark()),
                     path_of(key) + ": must be a list of texts, and this is " + kind_of(item));
      return false;
    }
    all.push_back(item.Scalar());
  }
  out = std::move(all);
  return true;
}

bool YamlMap::numbers(std::string_view key, std::vector<unsigned>& out, uint64_t least,
                      uint64_t most) {
  std::vector<std::string> words;
  if (!texts(key, words)) {
    return false;
  }
  std::vector<unsigned> all;
  for (size_t i = 0; i < words.size(); ++i) {
    const auto number = parse_whole(words[i]);
    if (!number || *number < least || *number > most) {
      problems_->add(place_of(find(key)->value[i].Mark()),
                     path_of(key) + ": " + not_in_range(words[i], least, most));
      return false;
    }
    all.push_back(static_cast<unsigned>(*number));
  }
  out = std::move(all);
  return true;
}

void YamlMap::no_choice(std::string_view key, const std::string& word,
                        const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : ", ") + name;
  }
  problem(key, in_quotes(word) + " is none of: " + list);
}

std::optional<YamlMap> YamlMap::map(std::string_view key) {
  const Entry* entry = take(key);
  if (entry == nullptr) {
    return std::nullopt;
  }
  return YamlMap(entry->value, path_of(key), *problems_);
}

std::vector<YamlMap> YamlMap::maps(std::string_view key) {
  const Entry* entry = take(key);
  std::vector<YamlMap> all;
  if (entry == nullptr || entry->value.IsNull()) {
    return all;
  }
  if (!entry->value.IsSequence()) {
    problem(key, "must be a list (`- …` items), not " + kind_of(entry->value));
    return all;
  }
  for (size_t i = 0; i < entry->value.size(); ++i) {
    all.emplace_back(entry->value[i], path_of(key) + "[" + std::to_string(i) + "]", *problems_);
  }
  return all;
}

void YamlMap::close() {
  for (const Entry& entry : entries_) {
    if (entry.used) {
      continue;
    }
    const std::string guess = closest(entry.key, asked_);
    std::string message = "unknown key " + in_quotes(entry.key) +
                          (path_.empty() ? " at the top of the file" : " in " + path_);
    if (!guess.empty()) {
      message += "; did you mean \"" + guess + "\"?";
    } else if (sounds_secret(entry.key)) {
      message += "; secrets are not written here: give the name of a file that holds them";
    }
    problems_->add(entry.key_place, message);
  }
}

}  // namespace sluice::config
