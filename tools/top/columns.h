#pragma once

#include <compare>
#include <span>
#include <string>
#include <vector>

#include "tools/top/picture.h"

namespace sluice::tools::top {

/// A column of the table of streams.
struct Column {
  const char* title;
  size_t width;
  bool left;  ///< texts stand to the left, numbers to the right
  std::string (*cell)(const StreamRow&);
  std::partial_ordering (*compare)(const StreamRow&, const StreamRow&);
  bool descending;  ///< how it is sorted at first: the largest number, but the first name, on top
};

/// All columns; those that matter most come first. The first, the name, takes what room is left.
std::span<const Column> columns();

/// How many of them fit side by side, one space between two.
size_t columns_that_fit(size_t width);

/// "812", "48612", "12.3M": at most six characters.
std::string compact(uint64_t number);
/// "0", "3.2", "481": a rate, at most six characters.
std::string compact_rate(double rate);
/// "12.34", "9876.5": in megabits.
std::string megabits(double bits);

}  // namespace sluice::tools::top
