#pragma once

#include <atomic>
#include <cstdint>

#include "storage/arena/writer.h"

namespace sluice::lcore {

/// Whether the arena has room for what a file would send. A file can wait for room, and at full
/// speed it fills an arena within milliseconds: it asks before each burst. Any thread may ask; the
/// housekeeper alone says when waiting is hopeless.
class Room {
 public:
  /// @param reserve  chunks that files leave free
  Room(const arena::ArenaWriter& arena, uint32_t reserve) : arena_(arena), reserve_(reserve) {}

  /// Whether a source that can wait is to wait.
  bool scarce() const noexcept { return low() && !hopeless_.load(std::memory_order_relaxed); }
  bool low() const noexcept {
    return arena_.chunks_free() < reserve_.load(std::memory_order_relaxed);
  }
  void set_reserve(uint32_t reserve) noexcept {
    reserve_.store(reserve, std::memory_order_relaxed);
  }
  /// Nothing will be given back: segments that are still open fill the arena by themselves.
  void set_hopeless(bool hopeless) noexcept {
    hopeless_.store(hopeless, std::memory_order_relaxed);
  }

 private:
  const arena::ArenaWriter& arena_;
  std::atomic<uint32_t> reserve_;
  std::atomic<bool> hopeless_ = false;
};

}  // namespace sluice::lcore
