#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/base/result.h"
#include "storage/arena/segment_record.h"

namespace sluice::playlist {

inline constexpr const char* kManifestType = "application/x-ndjson";

/// One line of an hour's manifest.jsonl: all that a catalog has to know of a segment.
struct ManifestEntry {
  std::string stream;
  uint64_t sequence = 0;
  uint64_t number_in_hour = 0;
  std::string key;
  uint64_t bytes = 0;
  bool lost = false;      ///< there is no such object, and there will be none
  bool live_gap = false;  ///< the live playlist showed it as a gap
  arena::SegmentRecord record;
};

/// One line of JSON, with its line feed.
std::string render_manifest_line(const ManifestEntry& entry);

/// Reads a line back. Unknown members are ignored, a missing or ill-typed one is an error that
/// names it.
Result<ManifestEntry> parse_manifest_line(std::string_view line);

}  // namespace sluice::playlist
