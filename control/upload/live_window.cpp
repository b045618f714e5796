#include "control/upload/live_window.h"

#include <algorithm>

#include "control/upload/keys.h"

namespace sluice::upload {

bool Patience::exhausted(Clock::Monotonic now) {
  if (!since_) {
    since_ = now;
  }
  return now - *since_ >= limit_;
}

void LiveWindow::restore(const catalog::Stream& row, std::vector<catalog::Segment> segments) {
  first_ = row.live_first;
  next_ = row.live_next;
  discontinuities_ = row.live_discontinuities;
  segments_.assign(segments.begin(), segments.end());
  // Whether the last text reached the store before the restart is not known.
  changed_ = !segments_.empty();
}

void LiveWindow::begin_at(uint64_t sequence) {
  first_ = sequence;
  next_ = sequence;
}

void LiveWindow::set_rules(const PlaylistRules& rules) {
  changed_ = changed_ || (rules != rules_ && !segments_.empty());
  rules_ = rules;
  patience_.set_limit(std::chrono::seconds(rules.target_duration));
}

void LiveWindow::set_ended(bool ended) {
  changed_ = changed_ || (ended != ended_ && !segments_.empty());
  ended_ = ended;
}

std::vector<catalog::Segment> LiveWindow::advance(KnownSegments& known, Clock::Monotonic now) {
  std::vector<catalog::Segment> gaps;
  const uint64_t before = next_;
  for (;;) {
    const auto next = known.lower_bound(next_);
    const auto stored =
        std::find_if(next, known.end(), [](const auto& s) { return settled(s.second); });
    if (stored == known.end()) {
      break;
    }
    if (stored->first == next_) {
      show(stored->second);
      patience_.renew();
      continue;
    }
    if (!patience_.exhausted(now)) {
      break;
    }
    if (next->first == next_) {
      next->second.live_gap = true;
      gaps.push_back(next->second);
      show(next->second);
    } else {
      skip_to(next->first);
    }
  }
  if (next_ != before) {
    trim();
  }
  return gaps;
}

void LiveWindow::show(const catalog::Segment& segment) {
  segments_.push_back(segment);
  segments_.back().live_gap = segment.live_gap || segment.state != catalog::SegmentState::kStored;
  ++next_;
  changed_ = true;
}

void LiveWindow::skip_to(uint64_t sequence) {
  // Numbers that nobody knows: the window cannot show them, and a playlist's numbers have no holes.
  while (!segments_.empty()) {
    drop_first();
  }
  ++discontinuities_;
  begin_at(sequence);
}

void LiveWindow::drop_first() {
  discontinuities_ += segments_.front().record.discontinuity.empty() ? 0 : 1;
  segments_.pop_front();
  ++first_;
}

void LiveWindow::trim() {
  const playlist::MediaPlaylist all = playlist();
  size_t excess = playlist::live_window_begin(all.entries, rules_.live_window,
                                              rules_.exact_window ? 0 : rules_.target_duration);
  if (segments_.size() > kMostSegments) {
    excess = std::max(excess, segments_.size() - kMostSegments);
  }
  while (excess-- > 0) {
    drop_first();
  }
}

playlist::MediaPlaylist LiveWindow::playlist() const {
  playlist::MediaPlaylist out{.kind = playlist::PlaylistKind::kLive,
                              .target_duration = rules_.target_duration,
                              .discontinuity_sequence = discontinuities_,
                              .ended = ended_};
  out.entries.reserve(segments_.size());
  for (const catalog::Segment& segment : segments_) {
    const size_t folder = stream_folder(segment.key).size();
    playlist::Entry entry =
        playlist::make_entry(segment.record, segment.sequence, segment.key.substr(folder));
    entry.gap |= segment.live_gap;
    out.entries.push_back(std::move(entry));
  }
  out.target_duration = playlist::target_duration(rules_.target_duration, out.entries);
  return out;
}

}  // namespace sluice::upload
