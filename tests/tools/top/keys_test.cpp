#include "tools/top/keys.h"

#include <gtest/gtest.h>

namespace sluice::tools::top {
namespace {

using Name = Key::Name;

Key character(char c) {
  return {Name::kCharacter, c};
}

TEST(Keys, AreCharactersAndControlSequences) {
  KeyReader reader;
  EXPECT_EQ(
      reader.take("q\r\x7f\x03"),
      (std::vector<Key>{character('q'), {Name::kEnter}, {Name::kBackspace}, {Name::kInterrupt}}));
  EXPECT_EQ(reader.take("\x1b[A\x1bOB\x1b[5~\x1b[6~\x1b[H\x1b[4~"),
            (std::vector<Key>{{Name::kUp},
                              {Name::kDown},
                              {Name::kPageUp},
                              {Name::kPageDown},
                              {Name::kHome},
                              {Name::kEnd}}));
}

TEST(Keys, AreTheSameInWhateverPiecesTheyCome) {
  constexpr std::string_view kBytes = "a\x1b[6~\x1bOAz\x1b[1;5Cx\x1b[Bq";
  const std::vector<Key> whole = KeyReader().take(kBytes);
  for (size_t cut = 1; cut < kBytes.size(); ++cut) {
    KeyReader reader;
    std::vector<Key> keys = reader.take(kBytes.substr(0, cut));
    const std::vector<Key> rest = reader.take(kBytes.substr(cut));
    keys.insert(keys.end(), rest.begin(), rest.end());
    EXPECT_EQ(keys, whole) << cut;
  }
}

TEST(Keys, EscapeIsAKeyOnceNothingFollows) {
  KeyReader reader;
  EXPECT_TRUE(reader.take("\x1b").empty());
  EXPECT_TRUE(reader.waiting());
  EXPECT_EQ(reader.pause(), std::vector<Key>{{Name::kEscape}});
  EXPECT_FALSE(reader.waiting());
  EXPECT_TRUE(reader.pause().empty());
}

TEST(Keys, DropWhatTheyDoNotKnow) {
  KeyReader reader;
  EXPECT_EQ(reader.take("\x1b[200~\x1b[?99x\x01\xc3\xa4k"), std::vector<Key>{character('k')});
  EXPECT_EQ(reader.take("\x1b[" + std::string(1000, '1')).size(), 1000U - 14);
}

}  // namespace
}  // namespace sluice::tools::top
