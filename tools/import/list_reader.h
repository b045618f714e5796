#pragma once

#include <string_view>

#include "config/base/result.h"
#include "tools/import/channel.h"

namespace sluice::tools::import {

enum class Format { kCsv, kM3u };

/// A list longer than this is no channel list.
inline constexpr size_t kLongestList = 16U << 20;
/// A line or field longer than this is no channel.
inline constexpr size_t kLongestLine = 8192;

/// Takes a byte order mark away; an error for text that is not made of bytes of ASCII and its
/// supersets (UTF-16, binary files).
Result<std::string_view> plain_text(std::string_view bytes);

/// By what a list begins with.
Format detect_format(std::string_view text);

/// A table with a row of titles, separated by commas, semicolons or tabs; fields may be quoted
/// (RFC 4180). Fails if no row of titles names a channel's address.
Result<ChannelList> read_csv(std::string_view text);

/// A playlist: `#EXTINF` with attributes, and a URL. Never fails: a line that is no playlist's is a
/// refused one.
ChannelList read_m3u(std::string_view text);

}  // namespace sluice::tools::import
