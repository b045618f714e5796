#include "control/upload/archive_counters.h"

#include <algorithm>
#include <cstring>
#include <utility>

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
  if (!counted_.contains(stream)) {
    return nullptr;
  }
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

void ArchiveCounters::keep_only(std::set<std::string> streams) {
  std::erase_if(slots_, [&streams](const auto& slot) {
    const bool gone = !streams.contains(slot.first);
    if (gone && slot.second != nullptr) {
      slot.second->name[0] = '\0';
      std::memset(static_cast<void*>(slot.second), 0, sizeof *slot.second);
    }
    // Where there was no slot, there may be one now.
    return gone || slot.second == nullptr;
  });
  counted_ = std::move(streams);
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
