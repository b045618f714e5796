#include "config/base/utc.h"

#include <cstdio>
#include <ctime>

namespace sluice {
namespace {

// The years that lie wholly within the nanoseconds of 64 bits.
constexpr int kFirstYear = 1678;
constexpr int kLastYear = 2261;

struct Civil {
  std::tm tm;
  int ms;
};

Civil civil(Utc utc) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(utc);
  const std::time_t t = seconds.time_since_epoch().count();
  Civil out{};
  gmtime_r(&t, &out.tm);
  out.ms = static_cast<int>(
      std::chrono::duration_cast<std::chrono::milliseconds>(utc - seconds).count());
  return out;
}

std::string strftime_utc(Utc utc, const char* format) {
  const Civil c = civil(utc);
  char buffer[48];
  const size_t n = std::strftime(buffer, sizeof buffer, format, &c.tm);
  return {buffer, n};
}

/// Reads exactly `digits` decimal digits at `pos`; false if they are not there.
bool read_number(std::string_view text, size_t& pos, size_t digits, int& out) {
  if (pos + digits > text.size()) {
    return false;
  }
  out = 0;
  for (size_t i = 0; i < digits; ++i) {
    const char c = text[pos + i];
    if (c < '0' || c > '9') {
      return false;
    }
    out = out * 10 + (c - '0');
  }
  pos += digits;
  return true;
}

bool read_char(std::string_view text, size_t& pos, char wanted) {
  if (pos >= text.size() || text[pos] != wanted) {
    return false;
  }
  ++pos;
  return true;
}

std::chrono::nanoseconds read_fraction(std::string_view text, size_t& pos) {
  int64_t value = 0;
  int64_t unit = 1'000'000'000;
  while (pos < text.size() && text[pos] >= '0' && text[pos] <= '9') {
    unit /= 10;
    value += (text[pos] - '0') * unit;
    ++pos;
  }
  return std::chrono::nanoseconds(value);
}

std::optional<std::chrono::minutes> read_zone(std::string_view text, size_t& pos) {
  if (read_char(text, pos, 'Z')) {
    return std::chrono::minutes(0);
  }
  const bool minus = pos < text.size() && text[pos] == '-';
  if (!minus && (pos >= text.size() || text[pos] != '+')) {
    return std::nullopt;
  }
  ++pos;
  int hours = 0;
  int minutes = 0;
  if (!read_number(text, pos, 2, hours) || !read_char(text, pos, ':') ||
      !read_number(text, pos, 2, minutes) || hours > 23 || minutes > 59) {
    return std::nullopt;
  }
  const std::chrono::minutes offset(hours * 60 + minutes);
  return minus ? -offset : offset;
}

}  // namespace

std::string rfc3339_ms(Utc utc) {
  const Civil c = civil(utc);
  char buffer[48];
  const size_t n = std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%S", &c.tm);
  std::snprintf(buffer + n, sizeof buffer - n, ".%03dZ", c.ms);
  return buffer;
}

std::optional<Utc> parse_rfc3339(std::string_view text) {
  size_t pos = 0;
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  const bool date = read_number(text, pos, 4, year) && read_char(text, pos, '-') &&
                    read_number(text, pos, 2, month) && read_char(text, pos, '-') &&
                    read_number(text, pos, 2, day);
  if (!date || !read_char(text, pos, 'T')) {
    return std::nullopt;
  }
  const bool time = read_number(text, pos, 2, hour) && read_char(text, pos, ':') &&
                    read_number(text, pos, 2, minute) && read_char(text, pos, ':') &&
                    read_number(text, pos, 2, second);
  if (!time || year < kFirstYear || year > kLastYear || hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  std::chrono::nanoseconds fraction(0);
  if (read_char(text, pos, '.')) {
    fraction = read_fraction(text, pos);
  }
  const auto zone = read_zone(text, pos);
  const std::chrono::year_month_day ymd{std::chrono::year(year),
                                        std::chrono::month(static_cast<unsigned>(month)),
                                        std::chrono::day(static_cast<unsigned>(day))};
  if (!zone || pos != text.size() || !ymd.ok()) {
    return std::nullopt;
  }
  return Utc(std::chrono::sys_days(ymd)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + fraction - *zone;
}

std::string iso8601_basic(Utc utc) {
  return strftime_utc(utc, "%Y%m%dT%H%M%SZ");
}

std::string hour_path(Utc utc) {
  return strftime_utc(utc, "%Y/%m/%d/%H");
}

std::string segment_stamp(Utc utc) {
  return strftime_utc(utc, "%Y%m%d-%H%M%S");
}

}  // namespace sluice
