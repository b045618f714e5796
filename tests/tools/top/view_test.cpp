#include "tools/top/view.h"

#include <gtest/gtest.h>

#include "tests/tools/top/sample.h"
#include "tools/top/frame.h"

namespace sluice::tools::top {
namespace {

using Name = Key::Name;

struct Screen {
  explicit Screen(Picture seen) : picture(std::move(seen)) { draw(picture, view, size); }

  void type(std::string_view text) {
    for (const char c : text) {
      press({Name::kCharacter, c}, picture, view);
    }
    draw(picture, view, size);
  }
  void key(Name name) {
    press({name}, picture, view);
    draw(picture, view, size);
  }
  std::string first() const { return shown(picture, view).at(0)->name; }

  Picture picture;
  View view;
  Size size{80, 24};
};

TEST(View, SearchesInNamesGroupsSourcesAndStates) {
  Screen screen(Sample(500).picture());
  screen.type("/CHANNEL-12");
  EXPECT_TRUE(screen.view.typing);
  EXPECT_EQ(shown(screen.picture, screen.view).size(), 10U);
  screen.key(Name::kBackspace);
  EXPECT_EQ(shown(screen.picture, screen.view).size(), 100U);
  screen.key(Name::kEnter);
  EXPECT_FALSE(screen.view.typing);
  screen.key(Name::kEscape);
  EXPECT_EQ(shown(screen.picture, screen.view).size(), 500U);
  screen.type("/239.1.1.7:");
  EXPECT_EQ(shown(screen.picture, screen.view).size(), 1U);
  EXPECT_FALSE(screen.view.quit);
}

TEST(View, SortsByEachColumnBothWays) {
  Sample sample(500);
  sample.stats->streams[123].cc_errors.add(5);
  Screen screen(sample.picture());
  EXPECT_EQ(screen.first(), "group-0/channel-000");
  screen.type(">>>>>");
  EXPECT_EQ(screen.first(), "group-4/channel-123");
  screen.type("r");
  EXPECT_NE(screen.first(), "group-4/channel-123");
  screen.type("<<<<<");
  EXPECT_EQ(screen.first(), "group-0/channel-000");
  screen.key(Name::kLeft);
  EXPECT_EQ(screen.view.sort_column, screen.view.columns - 1);
  screen.key(Name::kRight);
  EXPECT_EQ(screen.view.sort_column, 0U);
}

TEST(View, KeepsTheSelectedStreamSelectedWhereverItMoves) {
  Screen screen(Sample(500).picture());
  screen.key(Name::kPageDown);
  screen.key(Name::kDown);
  const std::string selected = screen.view.selected;
  screen.type("r");
  EXPECT_EQ(screen.view.selected, selected);
  const size_t row = selected_row(shown(screen.picture, screen.view), screen.view);
  EXPECT_GE(row, screen.view.scroll);
  EXPECT_LT(row, screen.view.scroll + screen.view.page_rows);
}

TEST(View, StaysWithinTheList) {
  Screen screen(Sample(500).picture());
  screen.key(Name::kEnd);
  EXPECT_EQ(screen.view.scroll, 500 - screen.view.page_rows);
  screen.key(Name::kDown);
  EXPECT_EQ(selected_row(shown(screen.picture, screen.view), screen.view), 499U);
  screen.key(Name::kHome);
  screen.key(Name::kUp);
  EXPECT_EQ(screen.view.scroll, 0U);
  screen.type("/no such stream");
  screen.key(Name::kDown);
  screen.key(Name::kEnter);
  screen.key(Name::kEnter);
}

TEST(View, ShowsOnlyTrouble) {
  Sample sample(500);
  sample.stats->streams[77].state.set(static_cast<uint64_t>(arena::StreamState::kSilent));
  Screen screen(sample.picture());
  screen.type("t");
  EXPECT_EQ(shown(screen.picture, screen.view).size(), 1U);
  EXPECT_EQ(screen.first(), "group-0/channel-077");
}

TEST(View, QuitsByQAndByCtrlCEvenWhileTyping) {
  Screen screen(Sample(5).picture());
  screen.type("/q");
  EXPECT_FALSE(screen.view.quit);
  screen.key(Name::kInterrupt);
  EXPECT_TRUE(screen.view.quit);
  Screen other(Sample(5).picture());
  other.type("q");
  EXPECT_TRUE(other.view.quit);
}

}  // namespace
}  // namespace sluice::tools::top
