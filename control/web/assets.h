#pragma once

#include <string_view>

namespace sluice::web {

/// A file of the web page, part of the program.
struct Asset {
  std::string_view path;     ///< "/", "/assets/main.js"
  std::string_view type;     ///< media type
  std::string_view etag;     ///< quoted, from its bytes
  std::string_view bytes;    ///< as they are
  std::string_view gzipped;  ///< RFC 1952
};

/// The file that is served under `path`, or null. Lives as long as the program. Any thread.
const Asset* find_asset(std::string_view path);

}  // namespace sluice::web
