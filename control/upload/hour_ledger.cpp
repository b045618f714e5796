#include "control/upload/hour_ledger.h"

#include <algorithm>
#include <chrono>

#include "control/upload/keys.h"

namespace sluice::upload {
namespace {

constexpr uint64_t kListedOneByOne = 8;
/// A capture whose packets are younger than this is happening now.
constexpr std::chrono::minutes kHappensNow{10};
/// How long after the hour a silent stream may still seal a segment that began in it.
constexpr std::chrono::minutes kHourGrace{5};

}  // namespace

bool OpenHour::due(bool flush) const {
  if (over) {
    return !row.complete;
  }
  const bool one_by_one = flush || settled <= kListedOneByOne;
  return settled > row.listed && (one_by_one || settled * 2 >= row.listed * 3);
}

Status HourLedger::restore(const catalog::Stream& row, const catalog::CatalogReader& catalog) {
  next_ = row.settled_next;
  const auto rows = catalog.hours(row.name);
  if (!rows) {
    return fail(rows.error());
  }
  for (const catalog::Hour& hour : *rows) {
    if (hour.complete) {
      continue;
    }
    const auto segments = catalog.hour(row.name, hour.hour);
    if (!segments) {
      return fail(segments.error());
    }
    OpenHour open{.row = hour, .over = hour.hour < rows->back().hour};
    for (const catalog::Segment& segment : *segments) {
      open.folder = hour_folder(segment.key);
      open.settled += segment.sequence < next_ ? 1 : 0;
    }
    hours_.emplace(hour.hour, std::move(open));
  }
  return {};
}

std::vector<catalog::Hour> HourLedger::advance(const KnownSegments& known, const Clock& clock) {
  std::vector<catalog::Hour> begun;
  for (;;) {
    const auto next = known.lower_bound(next_);
    if (next == known.end()) {
      break;
    }
    if (next->first == next_) {
      if (!settled(next->second)) {
        break;
      }
      settle(next->second, clock, begun);
      patience_.renew();
      continue;
    }
    if (!patience_.exhausted(clock.monotonic())) {
      break;
    }
    next_ = next->first;
  }
  end_by_clock(known, clock.now());
  return begun;
}

void HourLedger::settle(const catalog::Segment& segment, const Clock& clock,
                        std::vector<catalog::Hour>& begun) {
  const Utc hour = segment.hour();
  for (auto& [start, open] : hours_) {
    open.over = open.over || start < hour;
  }
  const auto [it, fresh] = hours_.try_emplace(hour);
  OpenHour& open = it->second;
  if (fresh) {
    const auto age = clock.now() - utc_from_ns(segment.record.end_utc_ns);
    open.row = {.stream = segment.stream, .hour = hour, .wall_clock = abs(age) < kHappensNow};
    open.folder = hour_folder(segment.key);
    begun.push_back(open.row);
  }
  ++open.settled;
  ++next_;
}

void HourLedger::end_by_clock(const KnownSegments& known, Utc now) {
  for (auto& [start, open] : hours_) {
    if (!open.row.wall_clock || now < start + std::chrono::hours(1) + kHourGrace) {
      continue;
    }
    const Utc hour = start;
    const bool awaited = std::any_of(known.lower_bound(next_), known.end(),
                                     [hour](const auto& s) { return s.second.hour() == hour; });
    open.over = open.over || !awaited;
  }
}

}  // namespace sluice::upload
