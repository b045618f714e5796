#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::tools::top {

/// A key: one that stands for a character, or one with a name.
struct Key {
  enum class Name {
    kCharacter,
    kUp,
    kDown,
    kLeft,
    kRight,
    kPageUp,
    kPageDown,
    kHome,
    kEnd,
    kEnter,
    kBackspace,
    kEscape,
    kInterrupt,  ///< Ctrl-C
    kSuspend,    ///< Ctrl-Z
    kRedraw,     ///< Ctrl-L
  };
  Name name = Name::kCharacter;
  char character = 0;

  bool operator==(const Key&) const = default;
};

/// Makes keys of the bytes that a terminal sends (ECMA-48 control sequences), which may come in
/// pieces. What it does not know, it drops.
class KeyReader {
 public:
  /// The keys that are complete with these bytes.
  std::vector<Key> take(std::string_view bytes);
  /// Nothing came for a while: an escape that was waiting for its sequence was the Escape key.
  std::vector<Key> pause();
  bool waiting() const { return !pending_.empty(); }

 private:
  std::string pending_;
};

}  // namespace sluice::tools::top
