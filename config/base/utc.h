#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// A point in UTC, nanoseconds since 1970. All wall-clock times in Sluice are of this type.
using Utc = std::chrono::sys_time<std::chrono::nanoseconds>;

inline constexpr Utc utc_from_ns(int64_t ns) {
  return Utc(std::chrono::nanoseconds(ns));
}
inline constexpr int64_t to_ns(Utc utc) {
  return utc.time_since_epoch().count();
}

/// "2025-01-16T06:00:00.000Z": RFC 3339 with milliseconds, as EXT-X-PROGRAM-DATE-TIME wants it.
std::string rfc3339_ms(Utc utc);

/// Reads RFC 3339 ("Z" or an offset), with or without a fraction. Years 1678 to 2261: nanoseconds
/// reach no further.
std::optional<Utc> parse_rfc3339(std::string_view text);

/// "20250116T060000Z": the date format of AWS SigV4.
std::string iso8601_basic(Utc utc);

/// "2025/01/16/06": the hour's folder in the object store.
std::string hour_path(Utc utc);

/// "20250116-060000": the time stamp in a segment's name.
std::string segment_stamp(Utc utc);

/// The start of the UTC hour that holds `utc`.
inline constexpr Utc floor_hour(Utc utc) {
  return std::chrono::floor<std::chrono::hours>(utc);
}

}  // namespace sluice
