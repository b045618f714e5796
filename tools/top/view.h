#pragma once

#include <string>
#include <vector>

#include "tools/top/keys.h"
#include "tools/top/picture.h"

namespace sluice::tools::top {

/// What the operator has chosen to see.
struct View {
  enum class Page { kStreams, kStream, kPorts, kHelp };

  Page page = Page::kStreams;
  size_t sort_column = 0;
  bool descending = false;
  bool only_trouble = false;
  bool paused = false;
  bool typing = false;   ///< into `search`
  std::string search;    ///< part of a name, group, source or state; in any case
  std::string selected;  ///< a stream's name; empty or gone: the first shown
  size_t scroll = 0;     ///< first line shown of the page, kept in bounds by the frame
  size_t page_rows = 1;  ///< lines of the list that the last frame had room for
  size_t columns = 1;    ///< columns of the table that the last frame had room for
  bool quit = false;
};

/// The streams to show, in order.
std::vector<const StreamRow*> shown(const Picture& picture, const View& view);

/// The place of the selected one among them; 0 if it is not there.
size_t selected_row(const std::vector<const StreamRow*>& rows, const View& view);

/// Does what a key asks for.
void press(const Key& key, const Picture& picture, View& view);

}  // namespace sluice::tools::top
