#pragma once

#include <algorithm>
#include <cstdint>

#include "storage/arena/segment_record.h"

/// Time in which nothing of a stream came. Players are told by segments that are absent
/// (EXT-X-GAP), whose numbers are given with that of the first segment behind the hole.
namespace sluice::arena {

/// UTC at which a segment's media ends.
constexpr int64_t media_end_ns(const SegmentRecord& record) {
  return record.start_utc_ns + static_cast<int64_t>(record.duration_90k * 100'000 / 9);
}

struct Hole {
  int64_t ns = 0;
  uint32_t segments = 0;  ///< that would have filled it; 0 = there is none worth telling
};

/// The hole between a segment and the end of the one before. It is told where it is longer than a
/// segment is meant to be and no longer than an hour: after that, a channel is away. A clock that
/// was stepped tells nothing. @param last_end_ns  0 = there is no segment before
constexpr Hole hole_before(const SegmentRecord& record, int64_t last_end_ns) {
  constexpr int64_t kLongest = 3'600'000'000'000;
  const auto target_ns = static_cast<int64_t>(record.target_90k * 100'000 / 9);
  const int64_t ns = record.start_utc_ns - last_end_ns;
  const bool told = last_end_ns != 0 && target_ns > 0 && ns > target_ns && ns <= kLongest &&
                    !record.discontinuity.has(Discontinuity::kClockStep);
  if (!told) return {};
  return {ns, static_cast<uint32_t>((ns + target_ns - 1) / target_ns)};
}

/// The record of one of the segments that are absent before another. @param index  0 is the first
constexpr SegmentRecord absent_segment(const SegmentRecord& behind, const Hole& hole,
                                       uint32_t index) {
  const int64_t start = behind.start_utc_ns - hole.ns;
  const auto at = [&](uint32_t i) { return hole.ns * i / hole.segments; };
  SegmentRecord absent;
  absent.start_utc_ns = start + at(index);
  absent.end_utc_ns = start + at(index + 1);
  const uint64_t ticks = static_cast<uint64_t>(hole.ns) * 9 / 100'000;
  absent.duration_90k = ticks * (index + 1) / hole.segments - ticks * index / hole.segments;
  return absent;
}

}  // namespace sluice::arena
