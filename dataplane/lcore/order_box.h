#pragma once

#include <atomic>

namespace sluice::lcore {

/// Where the slow thread lays an order for one lcore, which carries it out between two bursts. One
/// order at a time; it stays the slow thread's memory. Neither side waits.
template <typename Order>
class OrderBox {
 public:
  /// On the slow thread: whether the last order has been carried out, with all that it wrote.
  bool empty() const noexcept { return box_.load(std::memory_order_acquire) == nullptr; }
  /// Only while the box is empty.
  void post(Order& order) noexcept { box_.store(&order, std::memory_order_release); }

  /// On the lcore: the order, if there is one, until it says that it is done.
  Order* look() const noexcept { return box_.load(std::memory_order_acquire); }
  void done() noexcept { box_.store(nullptr, std::memory_order_release); }

 private:
  std::atomic<Order*> box_ = nullptr;
};

}  // namespace sluice::lcore
