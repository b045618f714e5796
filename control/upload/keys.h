#pragma once

#include <string>
#include <string_view>

/// Where things lie in the object store, all derived from the key of a segment:
/// "<stream folder>2025/01/16/06/segment_20250116-060000__0000.ts".
namespace sluice::upload {

inline constexpr std::string_view kLiveIndex = "index.m3u8";
inline constexpr std::string_view kRelativeIndex = "index.m3u8";
inline constexpr std::string_view kHourlyIndex = "hourly_index.m3u8";
inline constexpr std::string_view kManifest = "manifest.jsonl";
inline constexpr std::string_view kMaster = "master.m3u8";

/// "<prefix><stream>/", or "" where keys have no stream folder.
std::string stream_folder(std::string_view segment_key);
/// "<prefix><stream>/2025/01/16/06/".
std::string hour_folder(std::string_view segment_key);
/// "segment_20250116-060000__0000.ts".
std::string file_name(std::string_view segment_key);

}  // namespace sluice::upload
