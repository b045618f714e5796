#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "storage/arena/stats.h"

namespace sluice::lcore {

/// Streams that can be under way at once, by their index in marks: those that are captured, and as
/// many that are on their way out.
inline constexpr uint32_t kMostIndices = 2 * arena::kMaxStreams;

/// Which segmenting lcore serves a stream. The slow thread sets it before any packet can be marked
/// with the stream's index; receiving lcores read it.
class StreamLanes {
 public:
  StreamLanes() : lanes_(new std::atomic<uint16_t>[kMostIndices]()) {}

  void set(uint32_t stream, uint16_t lane) noexcept {
    lanes_[stream].store(lane, std::memory_order_relaxed);
  }
  uint16_t of(uint32_t stream) const noexcept {
    return lanes_[stream].load(std::memory_order_relaxed);
  }

 private:
  std::unique_ptr<std::atomic<uint16_t>[]> lanes_;
};

}  // namespace sluice::lcore
