#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/top/view.h"

namespace sluice::tools::top {

enum class Style { kPlain, kTitle, kHeading, kSelected, kGood, kWarning, kAlarm, kFaint };

/// A line of the screen: pieces of printable ASCII, each in one style.
class Line {
 public:
  struct Piece {
    std::string text;
    Style style;
  };

  Line() = default;
  Line(std::string_view text, Style style) { add(text, style); }

  /// Adds text; a byte that a terminal might take for more than a character becomes '?'.
  Line& add(std::string_view text, Style style = Style::kPlain);
  /// Cuts what is longer, and fills up what is shorter.
  Line& fit(size_t width);
  size_t width() const;
  std::string text() const;
  const std::vector<Piece>& pieces() const { return pieces_; }

 private:
  std::vector<Piece> pieces_;
};

using Frame = std::vector<Line>;

struct Size {
  size_t columns = 80;
  size_t rows = 24;
};

/// The whole screen: exactly `size.rows` lines of `size.columns` characters. Keeps `view.scroll` in
/// bounds, and tells it how much there was room for.
Frame draw(const Picture& picture, View& view, const Size& size);

/// The list of streams with what stands above it, as long as it is, and without keys: for output
/// that is not a terminal.
Frame draw_once(const Picture& picture, size_t columns);

/// The name or number of each thing that a JSON value holds, with its rate where it counts: what
/// the pages about one stream, and about ports and lcores, are made of.
void describe(const api::Json& before, const api::Json& now, double seconds, size_t indent,
              Frame& out);

/// The help page's text.
Frame help();

}  // namespace sluice::tools::top
