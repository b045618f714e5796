#include <algorithm>

#include "tools/top/frame.h"

namespace sluice::tools::top {

Line& Line::add(std::string_view text, Style style) {
  std::string clean(text);
  std::ranges::replace_if(
      clean, [](char c) { return c < ' ' || c > '~'; }, '?');
  if (!clean.empty()) {
    pieces_.push_back({std::move(clean), style});
  }
  return *this;
}

Line& Line::fit(size_t width) {
  size_t room = width;
  for (Piece& piece : pieces_) {
    piece.text.resize(std::min(piece.text.size(), room));
    room -= piece.text.size();
  }
  if (room > 0) {
    const Style style = pieces_.empty() ? Style::kPlain : pieces_.back().style;
    const bool bar = style == Style::kHeading || style == Style::kSelected;
    add(std::string(room, ' '), bar ? style : Style::kPlain);
  }
  return *this;
}

size_t Line::width() const {
  size_t sum = 0;
  for (const Piece& piece : pieces_) {
    sum += piece.text.size();
  }
  return sum;
}

std::string Line::text() const {
  std::string all;
  for (const Piece& piece : pieces_) {
    all += piece.text;
  }
  return all;
}

}  // namespace sluice::tools::top
