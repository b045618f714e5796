#pragma once

#include <string_view>

namespace sluice::api {

/// Whether a name is one that Sluice gives to what it archives: a segment, a playlist, a manifest.
/// Nothing else that lies in the same folder or bucket is handed out.
inline bool is_recording(std::string_view name) {
  return name.ends_with(".ts") || name.ends_with(".m3u8") || name.ends_with(".jsonl");
}

}  // namespace sluice::api
