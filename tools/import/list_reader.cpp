#include "tools/import/list_reader.h"

#include <algorithm>

namespace sluice::tools::import {

Result<std::string_view> plain_text(std::string_view bytes) {
  if (bytes.size() > kLongestList) {
    return fail("longer than 16 MiB: this is no channel list");
  }
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) {
    return fail("in UTF-16: save it as UTF-8");
  }
  if (bytes.find('\0') != std::string_view::npos) {
    return fail("a binary file: export it as CSV");
  }
  if (bytes.starts_with("\xef\xbb\xbf")) {
    bytes.remove_prefix(3);
  }
  return bytes;
}

Format detect_format(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) {
    return Format::kCsv;
  }
  text.remove_prefix(begin);
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  const size_t scheme = line.find("://");
  const bool url = scheme != std::string_view::npos &&
                   line.substr(0, scheme).find_first_of(",;\t\" ") == std::string_view::npos;
  return line.starts_with("#EXT") || url ? Format::kM3u : Format::kCsv;
}

}  // namespace sluice::tools::import
