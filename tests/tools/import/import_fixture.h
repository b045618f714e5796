#pragma once

#include <string>
#include <string_view>

#include "config/load.h"
#include "tools/import/list_reader.h"
#include "tools/import/site_yaml.h"
#include "tools/import/to_streams.h"

namespace sluice::tools::import {

/// A list by whatever format it seems to have; a CSV without titles is one refused line.
inline Imported import_text(std::string_view bytes, bool folders = false) {
  const auto text = plain_text(bytes);
  if (!text) {
    return {.streams = {}, .remarks = {{1, true, text.error().message}}, .refused = 1};
  }
  if (detect_format(*text) == Format::kM3u) {
    return to_streams(read_m3u(*text), folders);
  }
  auto list = read_csv(*text);
  if (!list) {
    return {.streams = {}, .remarks = {{1, true, list.error().message}}, .refused = 1};
  }
  return to_streams(std::move(*list), folders);
}

inline config::Loaded load_back(const std::vector<config::Stream>& streams) {
  return config::load_text(site_yaml(streams, {.list = "list"}), "site.yaml",
                           [](const auto&) { return Result<std::string>("eth1"); });
}

}  // namespace sluice::tools::import
