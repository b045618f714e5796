#include "tools/top/view.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "tools/top/columns.h"

namespace sluice::tools::top {
namespace {

using Name = Key::Name;

bool contains(std::string_view text, std::string_view part) {
  const auto same = [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  };
  return std::ranges::search(text, part, same).begin() != text.end() || part.empty();
}

bool wanted(const StreamRow& row, const View& view) {
  if (view.only_trouble && !row.troubled()) {
    return false;
  }
  return contains(row.name, view.search) || contains(row.group, view.search) ||
         contains(row.source, view.search) || contains(row.state, view.search);
}

void sort_by(size_t column, View& view) {
  view.sort_column = column;
  view.descending = columns()[column].descending;
}

void turn_to(View::Page page, View& view) {
  view.page = view.page == page ? View::Page::kStreams : page;
  view.scroll = 0;
}

void select(size_t row, const std::vector<const StreamRow*>& rows, View& view) {
  if (!rows.empty()) {
    view.selected = rows[std::min(row, rows.size() - 1)]->name;
  }
}

/// Moves by so many lines: the selection in the list of streams, the text on other pages.
void move(ptrdiff_t lines, const Picture& picture, View& view) {
  const auto moved = [lines](size_t from) {
    const auto to = static_cast<ptrdiff_t>(from) + lines;
    return to < 0 ? size_t{0} : static_cast<size_t>(to);
  };
  if (view.page != View::Page::kStreams) {
    view.scroll = moved(view.scroll);
    return;
  }
  const auto rows = shown(picture, view);
  select(moved(selected_row(rows, view)), rows, view);
}

void move_to_end(bool last, const Picture& picture, View& view) {
  constexpr ptrdiff_t kFar = 1'000'000;
  move(last ? kFar : -kFar, picture, view);
}

void type(const Key& key, View& view) {
  constexpr size_t kLongest = 64;
  if (key.name == Name::kCharacter && view.search.size() < kLongest) {
    view.search += key.character;
  } else if (key.name == Name::kBackspace && !view.search.empty()) {
    view.search.pop_back();
  } else if (key.name == Name::kEscape) {
    view.search.clear();
    view.typing = false;
  } else if (key.name == Name::kEnter) {
    view.typing = false;
  }
}

void back(View& view) {
  if (view.page != View::Page::kStreams) {
    turn_to(View::Page::kStreams, view);
  } else {
    view.search.clear();
  }
}

void press_character(char character, const Picture& picture, View& view) {
  switch (character) {
    case 'q':
      view.quit = true;
      break;
    case '?':
    case 'h':
      turn_to(View::Page::kHelp, view);
      break;
    case 'p':
      turn_to(View::Page::kPorts, view);
      break;
    case '/':
      view.page = View::Page::kStreams;
      view.typing = true;
      view.search.clear();
      break;
    case 't':
      view.only_trouble = !view.only_trouble;
      break;
    case 'r':
      view.descending = !view.descending;
      break;
    case ' ':
      view.paused = !view.paused;
      break;
    case '<':
    case '>': {
      const size_t step = character == '>' ? 1 : view.columns - 1;
      sort_by((std::min(view.sort_column, view.columns - 1) + step) % view.columns, view);
      break;
    }
    case 'j':
    case 'k':
      move(character == 'j' ? 1 : -1, picture, view);
      break;
    case 'g':
    case 'G':
      move_to_end(character == 'G', picture, view);
      break;
    default:
      break;
  }
}

}  // namespace

std::vector<const StreamRow*> shown(const Picture& picture, const View& view) {
  std::vector<const StreamRow*> rows;
  for (const StreamRow& row : picture.streams) {
    if (wanted(row, view)) {
      rows.push_back(&row);
    }
  }
  const Column& column = columns()[view.sort_column];
  std::ranges::stable_sort(rows, [&](const StreamRow* one, const StreamRow* other) {
    const auto order = column.compare(*one, *other);
    return order == 0 ? one->name < other->name : view.descending ? order > 0 : order < 0;
  });
  return rows;
}

size_t selected_row(const std::vector<const StreamRow*>& rows, const View& view) {
  const auto found = std::ranges::find(rows, view.selected, &StreamRow::name);
  return found == rows.end() ? 0 : static_cast<size_t>(found - rows.begin());
}

void press(const Key& key, const Picture& picture, View& view) {
  const auto page = static_cast<ptrdiff_t>(std::max<size_t>(view.page_rows, 1));
  switch (key.name) {
    case Name::kInterrupt:
      view.quit = true;
      return;
    case Name::kUp:
    case Name::kDown:
      return move(key.name == Name::kDown ? 1 : -1, picture, view);
    case Name::kPageUp:
    case Name::kPageDown:
      return move(key.name == Name::kPageDown ? page : -page, picture, view);
    case Name::kHome:
    case Name::kEnd:
      return move_to_end(key.name == Name::kEnd, picture, view);
    default:
      break;
  }
  if (view.typing) {
    return type(key, view);
  }
  switch (key.name) {
    case Name::kLeft:
    case Name::kRight:
      return press_character(key.name == Name::kRight ? '>' : '<', picture, view);
    case Name::kEscape:
      return back(view);
    case Name::kEnter:
      if (const auto rows = shown(picture, view); view.page == View::Page::kStreams) {
        select(selected_row(rows, view), rows, view);
        return turn_to(View::Page::kStream, view);
      }
      return turn_to(View::Page::kStreams, view);
    case Name::kCharacter:
      return press_character(key.character, picture, view);
    default:
      return;
  }
}

}  // namespace sluice::tools::top
