#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::api {

/// Bytes [first, first + length) of a representation.
struct ByteRange {
  uint64_t first = 0;
  uint64_t length = 0;
  bool operator==(const ByteRange&) const = default;
};

/// What a Range field asks for (RFC 9110, 14.2).
struct RangeRequest {
  enum class Kind {
    kWhole,          ///< the field is to be ignored: malformed, another unit, several ranges
    kPart,           ///< `range`, which is not empty and lies within the size
    kUnsatisfiable,  ///< 416: it starts behind the end
  };
  Kind kind = Kind::kWhole;
  ByteRange range;
};

/// Reads `bytes=0-99`, `bytes=100-` or `bytes=-100` for a representation of `size` bytes.
RangeRequest parse_range(std::string_view field, uint64_t size);

}  // namespace sluice::api
