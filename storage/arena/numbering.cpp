#include "storage/arena/numbering.h"

#include <algorithm>

#include "config/base/utc.h"
#include "storage/arena/hole.h"

namespace sluice::arena {

void catch_up(StreamEntry& entry, const Descriptor& sealed) noexcept {
  const int64_t hour = to_ns(floor_hour(utc_from_ns(sealed.record.start_utc_ns)));
  if (hour > entry.hour_ns) {
    entry.hour_ns = hour;
    entry.next_in_hour = 0;
  }
  if (hour == entry.hour_ns) {
    entry.next_in_hour = std::max(entry.next_in_hour, sealed.number_in_hour + 1);
  }
  entry.next_sequence = std::max(entry.next_sequence, sealed.sequence + 1);
  if (sealed.record.start_utc_ns >= entry.last_start_utc_ns) {
    entry.last_start_utc_ns = sealed.record.start_utc_ns;
    entry.last_end_utc_ns = media_end_ns(sealed.record);
  }
}

void seal_segment(Header& header, StreamEntry& entry, Descriptor& descriptor) noexcept {
  SegmentRecord& record = descriptor.record;
  record.start_utc_ns = std::max(record.start_utc_ns, entry.last_start_utc_ns);
  const int64_t hour = to_ns(floor_hour(utc_from_ns(record.start_utc_ns)));
  const Hole hole = hole_before(record, entry.last_end_utc_ns);
  record.hole_ns = hole.ns;
  record.absent_segments = hole.segments;
  descriptor.sequence = entry.next_sequence + hole.segments;
  descriptor.number_in_hour = hour == entry.hour_ns ? entry.next_in_hour : 0;
  const StateWord word = StateWord::unpack(descriptor.word.load(std::memory_order_relaxed));
  descriptor.word.store(StateWord{word.generation, SegmentState::kSealed}.pack(),
                        std::memory_order_release);
  catch_up(entry, descriptor);
  header.sealed_count.fetch_add(1, std::memory_order_release);
}

}  // namespace sluice::arena
