#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/base/result.h"

namespace sluice {

/// "2s", "500ms", "1h30m", "7d": a whole number with each of the units ns us ms s m h d, largest
/// first.
Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// "256MiB", "2GiB", "500kB", "1024B": binary (KiB MiB GiB TiB) or decimal (kB MB GB TB) units, or
/// plain B. In bytes.
Result<uint64_t> parse_size(std::string_view text);

/// "8Mbps", "64kbps", "1.5Gbps": decimal units. In bits a second.
Result<uint64_t> parse_bitrate(std::string_view text);

/// The shortest exact text that `parse_duration` reads back: "6s", "1500ms", "7d".
std::string format_duration(std::chrono::nanoseconds duration);

/// "256 MiB", for people.
std::string format_size(uint64_t bytes);

}  // namespace sluice
