#include "tools/top/frame.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/top/columns.h"
#include "tools/top/summary.h"

namespace sluice::tools::top {
namespace {

using Page = View::Page;

/// A text too long for its column ends in '~'.
std::string cut(const std::string& text, size_t width) {
  return text.size() <= width ? text : text.substr(0, width - 1) + "~";
}

std::string padded(const std::string& text, size_t width, bool left) {
  const std::string fitting = cut(text, width);
  const std::string padding(width - fitting.size(), ' ');
  return left ? fitting + padding : padding + fitting;
}

/// The width that each column of the table is given: names take half of what is left over, and the
/// last column the rest if it is a text, too.
std::vector<size_t> widths(size_t room) {
  constexpr size_t kLongestName = 48;
  const size_t count = columns_that_fit(room);
  std::vector<size_t> out;
  size_t taken = count - 1;
  for (const Column& column : columns().first(count)) {
    out.push_back(column.width);
    taken += column.width;
  }
  size_t left = room > taken ? room - taken : 0;
  const bool shares = count > 1 && columns()[count - 1].left && count == columns().size();
  const size_t for_name = std::min(shares ? left / 2 : left, kLongestName - out.front());
  out.front() += for_name;
  left -= for_name;
  if (shares) {
    out.back() += left;
  }
  if (count == 1) {
    out.front() = std::min(out.front(), room);
  }
  return out;
}

Line heading(const View& view, const std::vector<size_t>& widths) {
  std::string text;
  for (size_t i = 0; i < widths.size(); ++i) {
    const Column& column = columns()[i];
    std::string title = column.title;
    if (i == view.sort_column) {
      const char* mark = view.descending ? "v" : "^";
      title = column.left ? title + mark : mark + title;
    }
    text += (i == 0 ? "" : " ") + padded(title, widths[i], column.left);
  }
  return {text, Style::kHeading};
}

Style style_of(const StreamRow& row) {
  if (row.state == "silent" || row.state == "failed" || row.state == "down" || row.drops.rate > 0) {
    return Style::kAlarm;
  }
  return row.troubled() ? Style::kWarning : Style::kPlain;
}

Line stream_line(const StreamRow& row, const std::vector<size_t>& widths, bool selected) {
  std::string text;
  for (size_t i = 0; i < widths.size(); ++i) {
    const Column& column = columns()[i];
    text += (i == 0 ? "" : " ") + padded(column.cell(row), widths[i], column.left);
  }
  return {text, selected ? Style::kSelected : style_of(row)};
}

/// The first line to show so that `row` is in sight, moved as little as possible.
size_t scroll_to(size_t row, size_t scroll, size_t room, size_t count) {
  size_t first = std::min(scroll, row);
  if (room > 0 && row >= first + room) {
    first = row - room + 1;
  }
  return std::min(first, count > room ? count - room : 0);
}

std::string list_footer(const Picture& picture, const View& view, size_t count) {
  const size_t last = std::min(view.scroll + view.page_rows, count);
  std::string text = fmt::format("{}-{} of {}", count == 0 ? 0 : view.scroll + 1, last, count);
  if (count != picture.streams.size()) {
    text += fmt::format(" ({} in all)", picture.streams.size());
  }
  return text;
}

/// What is chosen and the keys to the left; to the right, what part of the list is seen.
Line footer(const View& view, const std::string& right, size_t width) {
  Line line;
  if (view.typing) {
    line.add("/" + view.search + "_", Style::kTitle).add("  Enter keep, Esc forget", Style::kFaint);
  } else if (view.page == Page::kStreams) {
    if (!view.search.empty()) {
      line.add("/" + view.search + "  ", Style::kTitle);
    }
    if (view.only_trouble) {
      line.add("only trouble  ", Style::kTitle);
    }
    line.add("q quit ? help / search <> sort r reverse t trouble Enter more", Style::kFaint);
  } else {
    line.add("q quit  Esc back  ? help", Style::kFaint);
  }
  const size_t room = width > right.size() ? width - right.size() : 0;
  return line.fit(room > 0 ? room - 1 : 0).add(" " + right);
}

void draw_streams(const Picture& picture, View& view, const Size& size, Frame& out) {
  const auto rows = shown(picture, view);
  const auto width = widths(size.columns);
  const size_t taken = out.size() + 2;  // the heading and the keys
  view.columns = width.size();
  view.page_rows = size.rows > taken ? size.rows - taken : 1;
  const size_t selected = selected_row(rows, view);
  view.scroll = scroll_to(selected, view.scroll, view.page_rows, rows.size());
  out.push_back(heading(view, width));
  const size_t end = std::min(rows.size(), view.scroll + view.page_rows);
  for (size_t i = view.scroll; i < end; ++i) {
    out.push_back(stream_line(*rows[i], width, i == selected));
  }
  if (rows.empty()) {
    out.emplace_back("no stream matches", Style::kFaint);
  }
  out.resize(std::max(size.rows, size_t{1}) - 1);
  out.push_back(footer(view, list_footer(picture, view, rows.size()), size.columns));
}

Frame text_page(const Picture& picture, const View& view) {
  Frame text;
  if (view.page == Page::kHelp) {
    return help();
  }
  const auto describe_member = [&](const char* key) {
    text.emplace_back(key, Style::kTitle);
    describe(picture.before.at(key), picture.status.at(key), picture.seconds, 2, text);
  };
  if (view.page == Page::kPorts) {
    for (const char* key : {"ports", "lcores", "dataplane", "arena", "spool", "store"}) {
      describe_member(key);
    }
    return text;
  }
  const auto row = std::ranges::find(picture.streams, view.selected, &StreamRow::name);
  if (row == picture.streams.end()) {
    text.emplace_back("this stream is gone", Style::kAlarm);
    return text;
  }
  const api::Json& now = picture.status.at("streams")[row->index];
  const auto& list = picture.before.at("streams");
  const auto earlier = std::ranges::find_if(
      list, [&now](const api::Json& stream) { return stream.at("name") == now.at("name"); });
  text.emplace_back("stream " + row->name, Style::kTitle);
  describe(earlier == list.end() ? now : *earlier, now, picture.seconds, 2, text);
  return text;
}

void draw_text(const Picture& picture, View& view, const Size& size, Frame& out) {
  const Frame text = text_page(picture, view);
  const size_t taken = out.size() + 2;
  view.page_rows = size.rows > taken ? size.rows - taken : 1;
  view.scroll =
      std::min(view.scroll, text.size() > view.page_rows ? text.size() - view.page_rows : 0);
  const size_t end = std::min(text.size(), view.scroll + view.page_rows);
  out.emplace_back();
  out.insert(out.end(), text.begin() + static_cast<ptrdiff_t>(view.scroll),
             text.begin() + static_cast<ptrdiff_t>(end));
  out.resize(std::max(size.rows, size_t{1}) - 1);
  out.push_back(
      footer(view, fmt::format("{}-{} of {}", view.scroll + 1, end, text.size()), size.columns));
}

}  // namespace

Frame draw(const Picture& picture, View& view, const Size& size) {
  Frame out;
  if (view.page != Page::kHelp) {
    out = summary(picture, view, size);
  }
  if (out.size() + 4 > size.rows) {  // a low window is for the list
    out.resize(std::min<size_t>(out.size(), 1));
  }
  if (view.page == Page::kStreams) {
    draw_streams(picture, view, size, out);
  } else {
    draw_text(picture, view, size, out);
  }
  out.resize(size.rows);
  for (Line& line : out) {
    line.fit(size.columns);
  }
  return out;
}

Frame draw_once(const Picture& picture, size_t columns) {
  const View view;
  Frame out = summary(picture, view, {columns, SIZE_MAX});
  const auto width = widths(columns);
  out.emplace_back();
  out.push_back(heading(view, width));
  for (const StreamRow* row : shown(picture, view)) {
    out.push_back(stream_line(*row, width, false));
  }
  return out;
}

}  // namespace sluice::tools::top
