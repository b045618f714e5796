#include "control/upload/stream_progress.h"

#include <algorithm>
#include <utility>

#include "control/upload/keys.h"

namespace sluice::upload {

StreamProgress::StreamProgress(std::string name, const PlaylistRules& rules)
    : rules_(rules), live_(rules), hours_(rules) {
  row_.name = std::move(name);
}

Status StreamProgress::restore(const catalog::CatalogReader& catalog) {
  const auto row = catalog.stream(row_.name);
  if (!row) {
    return fail(row.error());
  }
  if (!*row) {
    return {};
  }
  row_ = **row;
  remembered_ = row_;
  auto shown = catalog.range(row_.name, row_.live_first, row_.live_next);
  auto rest = catalog.range(row_.name, std::min(row_.live_next, row_.settled_next), INT64_MAX);
  if (!shown || !rest) {
    return fail(!shown ? shown.error() : rest.error());
  }
  begun_ = row_.live_next > 0 || row_.settled_next > 0;
  if (!shown->empty()) {
    folder_ = stream_folder(shown->front().key);
  }
  for (catalog::Segment& segment : *rest) {
    update(std::move(segment));
  }
  live_.restore(row_, std::move(*shown));
  return hours_.restore(row_, catalog);
}

void StreamProgress::set_rules(const PlaylistRules& rules) {
  rules_ = rules;
  live_.set_rules(rules);
  hours_.set_rules(rules);
}

bool StreamProgress::all_settled() const {
  return std::ranges::all_of(known_, [](const auto& one) { return settled(one.second); });
}

void StreamProgress::update(catalog::Segment segment) {
  if (folder_.empty()) {
    folder_ = stream_folder(segment.key);
  }
  if (begun_ && segment.sequence < std::min(live_.next(), hours_.next())) {
    return;
  }
  known_.insert_or_assign(segment.sequence, std::move(segment));
}

bool StreamProgress::is_gap(uint64_t sequence) const {
  const auto it = known_.find(sequence);
  return it != known_.end() && it->second.live_gap;
}

void StreamProgress::advance(const Clock& clock, catalog::Batch& batch) {
  if (!begun_ && !known_.empty()) {
    begun_ = true;
    live_.begin_at(known_.begin()->first);
    hours_.begin_at(known_.begin()->first);
  }
  for (catalog::Segment& gap : live_.advance(known_, clock.monotonic())) {
    batch.segments.push_back(std::move(gap));
  }
  for (catalog::Hour& hour : hours_.advance(known_, clock)) {
    batch.hours.push_back(std::move(hour));
  }
  known_.erase(known_.begin(), known_.lower_bound(std::min(live_.next(), hours_.next())));
  row_.live_first = live_.first();
  row_.live_next = live_.next();
  row_.live_discontinuities = live_.discontinuities();
  row_.settled_next = hours_.next();
  if (row_ != remembered_) {
    remembered_ = row_;
    batch.streams.push_back(row_);
  }
}

void StreamProgress::describe(std::string codecs, uint32_t width, uint32_t height,
                              double frame_rate) {
  row_.codecs = std::move(codecs);
  row_.width = width;
  row_.height = height;
  row_.frame_rate = frame_rate;
}

}  // namespace sluice::upload
