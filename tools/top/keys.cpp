#include "tools/top/keys.h"

#include <array>
#include <optional>
#include <utility>

namespace sluice::tools::top {
namespace {

using Name = Key::Name;

constexpr char kEscape = '\x1b';
constexpr size_t kLongest = 16;  // no key that we know has a longer sequence

constexpr std::array<std::pair<std::string_view, Name>, 12> kSequences{{
    {"A", Name::kUp},
    {"B", Name::kDown},
    {"C", Name::kRight},
    {"D", Name::kLeft},
    {"H", Name::kHome},
    {"F", Name::kEnd},
    {"1~", Name::kHome},
    {"7~", Name::kHome},
    {"4~", Name::kEnd},
    {"8~", Name::kEnd},
    {"5~", Name::kPageUp},
    {"6~", Name::kPageDown},
}};

bool final_byte(char c) {
  return c >= 0x40 && c <= 0x7e;
}

std::optional<Key> plain(char c) {
  switch (c) {
    case '\r':
    case '\n':
      return Key{Name::kEnter};
    case '\x7f':
    case '\b':
      return Key{Name::kBackspace};
    case '\x03':
      return Key{Name::kInterrupt};
    case '\x1a':
      return Key{Name::kSuspend};
    case '\x0c':
      return Key{Name::kRedraw};
    default:
      break;
  }
  return c >= ' ' && c < '\x7f' ? std::optional(Key{Name::kCharacter, c}) : std::nullopt;
}

/// The length of the sequence that `text` begins with, which is "ESC [" or "ESC O" and what
/// follows; 0 if its end has not come.
size_t sequence_length(std::string_view text) {
  for (size_t i = 2; i < text.size(); ++i) {
    if (final_byte(text[i]) || i + 1 >= kLongest) {
      return i + 1;
    }
  }
  return 0;
}

std::optional<Key> sequence(std::string_view body) {
  for (const auto& [text, name] : kSequences) {
    if (body == text) {
      return Key{name};
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<Key> KeyReader::take(std::string_view bytes) {
  pending_ += bytes;
  std::vector<Key> keys;
  std::string_view rest = pending_;
  const auto add = [&keys](std::optional<Key> key) {
    if (key) {
      keys.push_back(*key);
    }
  };
  while (!rest.empty()) {
    if (rest[0] != kEscape) {
      add(plain(rest[0]));
      rest.remove_prefix(1);
    } else if (rest.size() == 1) {
      break;
    } else if (rest[1] != '[' && rest[1] != 'O') {
      add(Key{Name::kEscape});
      rest.remove_prefix(1);
    } else if (const size_t length = sequence_length(rest); length != 0) {
      add(sequence(rest.substr(2, length - 2)));
      rest.remove_prefix(length);
    } else {
      break;
    }
  }
  pending_ = std::string(rest);
  return keys;
}

std::vector<Key> KeyReader::pause() {
  const bool escape = std::exchange(pending_, {}) == std::string(1, kEscape);
  return escape ? std::vector{Key{Name::kEscape}} : std::vector<Key>{};
}

}  // namespace sluice::tools::top
