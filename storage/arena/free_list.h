#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "storage/arena/layout.h"

namespace sluice::arena {

/// The chunks that nobody uses: a lock-free stack of indices in the dataplane's private memory. Any
/// thread may push and pop; neither allocates. The head carries a tag that changes with each
/// operation, so that a pop cannot mistake a chunk that left and came back for one that never left.
class FreeList {
 public:
  explicit FreeList(uint32_t capacity)
      : next_(std::make_unique<std::atomic<uint32_t>[]>(capacity)), head_(pack(0, kNoChunk)) {}

  void push(uint32_t chunk) noexcept {
    uint64_t head = head_.load(std::memory_order_relaxed);
    do {
      next_[chunk].store(index(head), std::memory_order_relaxed);
    } while (!head_.compare_exchange_weak(head, pack(tag(head) + 1, chunk),
                                          std::memory_order_release, std::memory_order_relaxed));
    size_.fetch_add(1, std::memory_order_relaxed);
  }

  /// kNoChunk if there is none.
  uint32_t pop() noexcept {
    uint64_t head = head_.load(std::memory_order_acquire);
    while (index(head) != kNoChunk) {
      const uint32_t next = next_[index(head)].load(std::memory_order_relaxed);
      if (head_.compare_exchange_weak(head, pack(tag(head) + 1, next), std::memory_order_acquire,
                                      std::memory_order_acquire)) {
        size_.fetch_sub(1, std::memory_order_relaxed);
        return index(head);
      }
    }
    return kNoChunk;
  }

  uint32_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

 private:
  static constexpr uint64_t pack(uint32_t tag, uint32_t index) {
    return uint64_t{tag} << 32 | index;
  }
  static constexpr uint32_t index(uint64_t head) { return static_cast<uint32_t>(head); }
  static constexpr uint32_t tag(uint64_t head) { return static_cast<uint32_t>(head >> 32); }

  std::unique_ptr<std::atomic<uint32_t>[]> next_;
  alignas(64) std::atomic<uint64_t> head_;
  alignas(64) std::atomic<uint32_t> size_{0};
};

}  // namespace sluice::arena
