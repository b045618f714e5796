#pragma once

#include <deque>
#include <list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "control/upload/arenas.h"
#include "storage/object/store.h"

namespace sluice::upload {

/// Moves sealed segments into the store, a bounded number at a time, first come first served, but
/// no stream takes more than its share: one that the store refuses is repeated for ever, and must
/// not keep the others waiting. One thread: the store's.
class SegmentUploader {
 public:
  static constexpr size_t kMostAtOnce = 32;
  static constexpr size_t kMostOfOneStream = 4;

  /// @param store  repeats what fails; outlives this
  explicit SegmentUploader(object::ObjectStore& store) : store_(store) {}
  SegmentUploader(const SegmentUploader&) = delete;
  SegmentUploader& operator=(const SegmentUploader&) = delete;

  void add(TakenSegment segment) { waiting_.push_back(std::move(segment)); }

  /// Starts transfers where there is room.
  void start();

  /// Segments that the store has acknowledged since the last call. They are not released here.
  std::vector<TakenSegment> take_stored() { return std::exchange(stored_, {}); }

  size_t waiting() const { return waiting_.size(); }
  size_t in_flight() const { return in_flight_.size(); }

 private:
  void send(TakenSegment segment);

  object::ObjectStore& store_;
  std::map<std::string, size_t> of_stream_;  // in flight
  std::deque<TakenSegment> waiting_;
  std::list<TakenSegment> in_flight_;
  std::vector<TakenSegment> stored_;
};

}  // namespace sluice::upload
