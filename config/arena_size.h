#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "config/appliance.h"

namespace sluice::config {

/// Bytes that a stream brings in that time at its configured bitrate.
inline uint64_t bytes_in(const Stream& stream, Duration time) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  return stream.bitrate / 8 * static_cast<uint64_t>(milliseconds) / 1000;
}

/// The least arena in which these streams can be cut at all: each may have a segment of full length
/// open, which takes whole chunks, while another begins.
inline uint64_t least_arena_bytes(const std::vector<Stream>& streams) {
  constexpr uint64_t kChunks = uint64_t{4} * 256 * 1024;
  uint64_t bytes = 0;
  for (const Stream& stream : streams) {
    bytes += bytes_in(stream, stream.segment.max) + kChunks;
  }
  return std::max(bytes, kChunks);
}

/// How large the arena is to be: as configured, or what holds `hold` of every stream beside the
/// segments that are being cut.
inline uint64_t arena_bytes(const Appliance& appliance) {
  if (appliance.arena.size != 0) {
    return appliance.arena.size;
  }
  uint64_t bytes = least_arena_bytes(appliance.streams);
  for (const Stream& stream : appliance.streams) {
    bytes += bytes_in(stream, appliance.arena.hold);
  }
  return bytes;
}

}  // namespace sluice::config
