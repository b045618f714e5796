#include "control/upload/arenas.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

#include "config/base/file_lock.h"
#include "storage/arena/stats.h"

namespace sluice::upload {

bool Arenas::scan() {
  remove_drained();
  bool all = true;
  for (const auto& file : arena::arena_files(folder_)) {
    const bool known = std::ranges::any_of(
        readers_, [&](const auto& reader) { return reader.second->file() == file; });
    if (known) {
      continue;
    }
    auto reader = arena::ArenaReader::attach(file);
    if (reader) {
      refused_.erase(file);
      readers_.emplace(next_id_++, std::move(*reader));
      continue;
    }
    all = false;
    std::string& told = refused_[file];
    if (told != reader.error().message) {
      told = reader.error().message;
      spdlog::warn("cannot read the arena {}: {}", file.string(), told);
    }
  }
  return all;
}

void Arenas::remove_drained() {
  // Only a running dataplane proves that the newest file is the one in use.
  if (readers_.size() < 2 || !dataplane_runs()) {
    return;
  }
  for (auto it = readers_.begin(); it != std::prev(readers_.end());) {
    if (it->second->drained()) {
      std::error_code ignored;
      std::filesystem::remove(it->second->file(), ignored);
      spdlog::info("the old arena {} has been emptied and is gone", it->second->file().string());
      it = readers_.erase(it);
    } else {
      ++it;
    }
  }
}

std::vector<TakenSegment> Arenas::take_sealed() {
  std::vector<TakenSegment> out;
  for (auto& [id, reader] : readers_) {
    for (arena::SealedSegment& sealed : reader->take_sealed()) {
      out.push_back({{id, sealed.handle}, std::move(sealed)});
    }
  }
  return out;
}

void Arenas::release(const SegmentRef& ref) {
  if (const auto it = readers_.find(ref.arena); it != readers_.end()) {
    it->second->release(ref.handle);
  }
}

std::vector<StreamId> Arenas::unseeded() {
  std::vector<StreamId> out;
  for (auto& [id, reader] : readers_) {
    std::ranges::move(reader->unseeded(), std::back_inserter(out));
  }
  return out;
}

void Arenas::seed(const StreamId& stream, const arena::Seed& seed) {
  for (auto& [id, reader] : readers_) {
    reader->seed(stream, seed);
  }
}

bool Arenas::dataplane_runs() const {
  return FileLock::held(arena::dataplane_lock_path(folder_));
}

}  // namespace sluice::upload
