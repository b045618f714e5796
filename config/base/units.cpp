#include "config/base/units.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>
#include <span>

namespace sluice {
namespace {

struct Unit {
  std::string_view name;
  uint64_t value;
};

constexpr std::array kDurations{Unit{"d", 86'400'000'000'000},
                                Unit{"h", 3'600'000'000'000},
                                Unit{"m", 60'000'000'000},
                                Unit{"s", 1'000'000'000},
                                Unit{"ms", 1'000'000},
                                Unit{"us", 1'000},
                                Unit{"ns", 1}};
constexpr std::array kSizes{Unit{"B", 1},
                            Unit{"kB", 1'000},
                            Unit{"MB", 1'000'000},
                            Unit{"GB", 1'000'000'000},
                            Unit{"TB", 1'000'000'000'000},
                            Unit{"KiB", 1ULL << 10},
                            Unit{"MiB", 1ULL << 20},
                            Unit{"GiB", 1ULL << 30},
                            Unit{"TiB", 1ULL << 40}};
constexpr std::array kBitrates{Unit{"bps", 1}, Unit{"kbps", 1'000}, Unit{"Mbps", 1'000'000},
                               Unit{"Gbps", 1'000'000'000}};

/// Takes one "number unit" off the front of `text`; the value in the smallest unit.
std::optional<double> take(std::string_view& text, std::span<const Unit> units) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || !std::isfinite(number)) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  const size_t length = std::min(text.find_first_of("0123456789."), text.size());
  for (const Unit& unit : units) {
    if (text.substr(0, length) == unit.name) {
      text.remove_prefix(length);
      return number * static_cast<double>(unit.value);
    }
  }
  return std::nullopt;
}

Result<uint64_t> one(std::string_view text, std::span<const Unit> units, const char* what,
                     const char* example) {
  std::string_view rest = text;
  const auto value = take(rest, units);
  if (!value || !rest.empty() || *value >= 9.2e18) {
    return fail("\"" + std::string(text) + "\" is no " + what +
                "; write a number with a unit, like " + example);
  }
  return static_cast<uint64_t>(std::llround(*value));
}

}  // namespace

Result<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  std::string_view rest = text;
  double total = 0;
  do {
    const auto value = take(rest, kDurations);
    if (!value || total + *value >= 9.2e18) {
      return fail("\"" + std::string(text) +
                  "\" is no duration; write a number with a unit, like 500ms, 6s, 1h30m or 7d");
    }
    total += *value;
  } while (!rest.empty());
  return std::chrono::nanoseconds(std::llround(total));
}

Result<uint64_t> parse_size(std::string_view text) {
  return one(text, kSizes, "size", "256MiB or 2GiB");
}

Result<uint64_t> parse_bitrate(std::string_view text) {
  return one(text, kBitrates, "bitrate", "8Mbps or 64kbps");
}

std::string format_duration(std::chrono::nanoseconds duration) {
  const auto ns = static_cast<uint64_t>(duration.count());
  for (const Unit& unit : kDurations) {
    if (ns >= unit.value && ns % unit.value == 0) {
      return std::to_string(ns / unit.value) + std::string(unit.name);
    }
  }
  return "0s";
}

std::string format_size(uint64_t bytes) {
  static constexpr std::array kNames{"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < kNames.size()) {
    value /= 1024;
    ++unit;
  }
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s", value,
                kNames[unit]);
  return buffer;
}

}  // namespace sluice
