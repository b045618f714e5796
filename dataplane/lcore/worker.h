#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "config/appliance.h"
#include "dataplane/lcore/order_box.h"
#include "dataplane/lcore/outlets.h"
#include "dataplane/lcore/plan.h"
#include "dataplane/lcore/quiescence.h"
#include "dataplane/lcore/receiver.h"
#include "dataplane/lcore/segmenting.h"
#include "storage/arena/stats.h"

namespace sluice::lcore {

/// How far the end has come. The slow thread moves it on; lcores follow.
enum class Phase : uint8_t {
  kRunning,
  kStopReceiving,  ///< receivers take what is there and stop
  kFinish,         ///< receivers have stopped: rings are emptied, segments sealed
};

/// A receiver that an lcore polls, which is not its own.
struct Inflow {
  Receiver* receiver = nullptr;
  /// Becomes true once the source has ended and all of it was sent on; may be null.
  std::atomic<bool>* ended = nullptr;
};

/// What an lcore is to poll from now on. Once the order is done it holds what was polled before.
struct InflowOrder {
  std::vector<Inflow> inflows;
};

/// What an lcore is started with. Made by the slow thread, run by the lcore.
class Worker {
 public:
  /// @param number  among the lcores, for `quiescence`
  Worker(const WorkerPlan& plan, config::Idle idle, arena::LcoreStats& stats,
         const std::atomic<Phase>& phase, Quiescence& quiescence, unsigned number)
      : plan_(plan),
        idle_(idle),
        stats_(stats),
        phase_(phase),
        quiescence_(quiescence),
        number_(number) {}

  void set_outlets(std::unique_ptr<Outlets> outlets) { outlets_ = std::move(outlets); }
  void set_segmenting(std::unique_ptr<Segmenting> segmenting) {
    segmenting_ = std::move(segmenting);
  }
  Outlets* outlets() { return outlets_.get(); }
  Segmenting* segmenting() { return segmenting_.get(); }
  OrderBox<InflowOrder>& inflow_orders() { return inflow_orders_; }

  /// The lcore's whole life, until the phase is kFinish and everything is sealed.
  void run() noexcept;

  /// Whether this worker will send nothing more to any ring.
  bool stopped_receiving() const noexcept { return stopped_.load(std::memory_order_acquire); }
  /// Whether `run` is done with everything that it used.
  bool finished() const noexcept { return finished_.load(std::memory_order_acquire); }

 private:
  void change_inflows() noexcept;
  size_t receive() noexcept;
  size_t segment() noexcept { return segmenting_ ? segmenting_->poll() : 0; }
  void take_what_is_there() noexcept;
  void account(arena::Counter& cycles) noexcept;

  const WorkerPlan plan_;
  config::Idle idle_;
  arena::LcoreStats& stats_;
  const std::atomic<Phase>& phase_;
  Quiescence& quiescence_;
  const unsigned number_;
  std::unique_ptr<Outlets> outlets_;
  std::vector<Inflow> inflows_;
  OrderBox<InflowOrder> inflow_orders_;
  std::unique_ptr<Segmenting> segmenting_;
  uint64_t accounted_until_ = 0;
  std::atomic<bool> stopped_ = false;
  std::atomic<bool> finished_ = false;
};

}  // namespace sluice::lcore
