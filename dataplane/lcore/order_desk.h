#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "dataplane/lcore/segmenting.h"
#include "dataplane/lcore/worker.h"

namespace sluice::lcore {

/// The slow thread's end of the orders to one segmenting lcore. Steps are carried out in their
/// order; each has a number by which to ask whether it is done.
class SegmentingDesk {
 public:
  using Number = uint64_t;

  explicit SegmentingDesk(OrderBox<SegmentingOrder>& box) : box_(box) {}

  Number add(const SegmentingStep& step) {
    waiting_.push_back(step);
    return ++added_;
  }
  bool done(Number number) const { return number <= done_; }

  /// Notes what is done and sends what waits. Now and then.
  void pump() {
    // So few at a time that sealing their segments does not keep the lcore from its ring.
    constexpr size_t kAtOnce = 64;
    if (!box_.empty()) {
      return;
    }
    done_ += order_.steps.size();
    const auto end =
        waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kAtOnce));
    order_.steps.assign(waiting_.begin(), end);
    waiting_.erase(waiting_.begin(), end);
    if (!order_.steps.empty()) {
      box_.post(order_);
    }
  }

 private:
  OrderBox<SegmentingOrder>& box_;
  SegmentingOrder order_;
  std::vector<SegmentingStep> waiting_;
  Number added_ = 0;
  Number done_ = 0;
};

/// The same for what one receiving lcore polls.
class InflowDesk {
 public:
  using Number = uint64_t;

  explicit InflowDesk(OrderBox<InflowOrder>& box) : box_(box) {}

  Number add(const Inflow& inflow) {
    wanted_.push_back(inflow);
    return ++changes_;
  }
  Number remove(const Receiver* receiver) {
    std::erase_if(wanted_, [receiver](const Inflow& one) { return one.receiver == receiver; });
    return ++changes_;
  }
  bool done(Number number) const { return number <= done_; }
  size_t size() const { return wanted_.size(); }

  void pump() {
    if (!box_.empty() || done_ == changes_) {
      return;
    }
    done_ = std::exchange(posted_, changes_);
    if (done_ != changes_) {
      order_.inflows = wanted_;
      box_.post(order_);
    }
  }

 private:
  OrderBox<InflowOrder>& box_;
  InflowOrder order_;
  std::vector<Inflow> wanted_;
  Number changes_ = 0;
  Number posted_ = 0;
  Number done_ = 0;
};

}  // namespace sluice::lcore
