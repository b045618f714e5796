#pragma once

#include <atomic>
#include <cstdint>

namespace sluice::source {

/// Stands before a queue that one lcore polls, so that the slow thread can make the queue anew
/// while lcores run: it asks, the lcore sees it before its next poll, says so, and from then on
/// leaves the queue alone until the gate is open again.
class Gate {
 public:
  /// The lcore, before each poll: whether it may.
  bool pass() noexcept {
    const State state = state_.load(std::memory_order_acquire);
    if (state == State::kOpen) [[likely]] {
      return true;
    }
    if (state == State::kAsked) {
      state_.store(State::kShut, std::memory_order_release);
    }
    return false;
  }

  /// The slow thread: asks for the queue, if it has not already.
  void ask() noexcept {
    if (state_.load(std::memory_order_relaxed) == State::kOpen) {
      state_.store(State::kAsked, std::memory_order_release);
    }
  }
  /// The slow thread: whether the queue is its own.
  bool is_shut() const noexcept { return state_.load(std::memory_order_acquire) == State::kShut; }
  /// The slow thread: gives the queue, which is its own or whose lcore does not run yet, back.
  void open() noexcept { state_.store(State::kOpen, std::memory_order_release); }

 private:
  enum class State : uint8_t { kOpen, kAsked, kShut };
  std::atomic<State> state_ = State::kShut;
};

}  // namespace sluice::source
