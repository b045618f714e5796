#include "control/upload/archive_counters.h"

#include <algorithm>

namespace sluice::upload {

ArchiveCounters::ArchiveCounters(arena::ControlPage& page) : page_(page) {
  for (arena::StreamArchiveStats& stats : page_.streams) {
    if (stats.name[0] != '\0') {
      stats.segments_taken.set(stats.segments_stored.get());
      slots_[stats.name] = &stats;
    }
  }
}

arena::StreamArchiveStats* ArchiveCounters::slot(const std::string& stream) {
  const auto [it, fresh] = slots_.try_emplace(stream, nullptr);
  if (fresh) {
    const auto free =
        std::ranges::find_if(page_.streams, [](auto& s) { return s.name[0] == '\0'; });
    if (free != page_.streams.end()) {
      it->second = &*free;
      stream.copy(free->name, sizeof free->name - 1);
    }
  }
  return it->second;
}

void ArchiveCounters::taken(const std::string& stream) {
  if (arena::StreamArchiveStats* stats = slot(stream); stats != nullptr) {
    stats->segments_taken.add();
  }
}

void ArchiveCounters::stored(const catalog::Segment& segment) {
  arena::StreamArchiveStats* stats = slot(segment.stream);
  if (stats == nullptr) {
    return;
  }
  stats->segments_stored.add();
  stats->bytes_stored.add(segment.bytes);
  const auto end = static_cast<uint64_t>(segment.record.end_utc_ns);
  stats->last_stored_end_ns.set(std::max(end, stats->last_stored_end_ns.get()));
}

}  // namespace sluice::upload
