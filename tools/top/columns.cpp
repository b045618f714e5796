#include "tools/top/columns.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace sluice::tools::top {
namespace {

constexpr size_t kNameWidth = 20;

template <auto Member>
std::partial_ordering by(const StreamRow& one, const StreamRow& other) {
  return one.*Member <=> other.*Member;
}

template <Count StreamRow::*Member>
std::partial_ordering by_total(const StreamRow& one, const StreamRow& other) {
  return (one.*Member).total <=> (other.*Member).total;
}

template <Count StreamRow::*Member>
std::partial_ordering by_rate(const StreamRow& one, const StreamRow& other) {
  return (one.*Member).rate <=> (other.*Member).rate;
}

template <auto Member>
std::string word(const StreamRow& row) {
  return row.*Member;
}

template <uint64_t StreamRow::*Member>
std::string number(const StreamRow& row) {
  return compact(row.*Member);
}

template <Count StreamRow::*Member>
std::string total(const StreamRow& row) {
  return compact((row.*Member).total);
}

template <Count StreamRow::*Member>
std::string rate(const StreamRow& row) {
  return compact_rate((row.*Member).rate);
}

uint64_t waiting(const StreamRow& row) {
  return row.sealed > row.stored ? row.sealed - row.stored : 0;
}

using Row = StreamRow;

constexpr std::array<Column, 18> kColumns{{
    {"STREAM", kNameWidth, true, word<&Row::name>, by<&Row::name>, false},
    {"STATE", 9, true, word<&Row::state>, by<&Row::state>, true},
    {"MBIT/S", 7, false, [](const Row& row) { return megabits(row.bits_per_second); },
     by<&Row::bits_per_second>, true},
    {"PKT/S", 6, false, rate<&Row::datagrams>, by_rate<&Row::datagrams>, true},
    {"CC/S", 6, false, rate<&Row::cc_errors>, by_rate<&Row::cc_errors>, true},
    {"CC ERR", 6, false, total<&Row::cc_errors>, by_total<&Row::cc_errors>, true},
    {"DROPS", 6, false, total<&Row::drops>, by_total<&Row::drops>, true},
    {"LAG", 7, false,
     [](const Row& row) { return row.lag ? fmt::format("{:.1f} s", *row.lag) : std::string("-"); },
     by<&Row::lag>, true},
    {"DROP/S", 6, false, rate<&Row::drops>, by_rate<&Row::drops>, true},
    {"STORED", 6, false, number<&Row::stored>, by<&Row::stored>, true},
    {"WAITING", 7, false, [](const Row& row) { return compact(waiting(row)); },
     [](const Row& one, const Row& other) -> std::partial_ordering {
       return waiting(one) <=> waiting(other);
     },
     true},
    {"RTP LOST", 8, false, total<&Row::rtp_lost>, by_total<&Row::rtp_lost>, true},
    {"TS ERR", 6, false, number<&Row::transport_errors>, by<&Row::transport_errors>, true},
    {"SYNC", 6, false, number<&Row::sync_losses>, by<&Row::sync_losses>, true},
    {"SCRAMBLED", 9, false, number<&Row::scrambled>, by<&Row::scrambled>, true},
    {"FORCED", 6, false, number<&Row::forced_cuts>, by<&Row::forced_cuts>, true},
    {"GROUP", 12, true, word<&Row::group>, by<&Row::group>, false},
    {"SOURCE", 32, true, word<&Row::source>, by<&Row::source>, false},
}};

}  // namespace

std::span<const Column> columns() {
  return kColumns;
}

size_t columns_that_fit(size_t width) {
  size_t taken = 0;
  size_t fitting = 0;
  for (const Column& column : kColumns) {
    taken += column.width + (fitting == 0 ? 0 : 1);
    if (taken > width) {
      break;
    }
    ++fitting;
  }
  return std::max<size_t>(fitting, 1);
}

std::string compact(uint64_t number) {
  constexpr std::array<char, 5> kUnits{'k', 'M', 'G', 'T', 'P'};
  if (number < 1'000'000) {
    return std::to_string(number);
  }
  double value = static_cast<double>(number) / 1000;
  size_t unit = 0;
  while (value >= 999.95 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f}{}", value, kUnits[unit]);
}

std::string compact_rate(double rate) {
  if (rate <= 0 || std::isnan(rate)) {
    return "0";
  }
  return rate < 99.95 ? fmt::format("{:.1f}", rate) : compact(static_cast<uint64_t>(rate + 0.5));
}

std::string megabits(double bits) {
  const double value = bits / 1e6;
  return fmt::format("{:.{}f}", value, value < 1000 ? 2 : value < 10'000 ? 1 : 0);
}

}  // namespace sluice::tools::top
