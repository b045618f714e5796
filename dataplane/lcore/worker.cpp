#include "dataplane/lcore/worker.h"

#include <rte_cycles.h>

#include "config/base/capabilities.h"
#include "dataplane/lcore/idler.h"

namespace sluice::lcore {

void Worker::run() noexcept {
  // A packet that leads this thread astray finds nothing that it may do.
  static_cast<void>(keep_capabilities({}));
  stats_.cpu.set(plan_.cpu);
  stats_.is_rx.set(outlets_ ? 1 : 0);
  stats_.is_segment.set(segmenting_ ? 1 : 0);
  stats_.used.set(1);
  accounted_until_ = ::rte_rdtsc();

  quiescence_.enter(number_);
  Idler idler(idle_);
  while (phase_.load(std::memory_order_acquire) == Phase::kRunning) {
    quiescence_.passed(number_);
    change_inflows();
    const size_t work = receive() + segment();
    account(work > 0 ? stats_.busy_cycles : stats_.idle_cycles);
    idler.after(work);
    account(stats_.idle_cycles);
  }
  take_what_is_there();
  quiescence_.leave(number_);
  stopped_.store(true, std::memory_order_release);
  while (phase_.load(std::memory_order_acquire) != Phase::kFinish) {
    idler.after(segment());
  }
  while (segment() > 0) {
  }
  if (segmenting_) {
    segmenting_->finish();
  }
  stats_.used.set(0);
  finished_.store(true, std::memory_order_release);
}

void Worker::change_inflows() noexcept {
  if (InflowOrder* order = inflow_orders_.look(); order != nullptr) [[unlikely]] {
    inflows_.swap(order->inflows);
    inflow_orders_.done();
  }
}

size_t Worker::receive() noexcept {
  size_t work = 0;
  for (Inflow& inflow : inflows_) {
    const bool ended = inflow.receiver->ended();
    if (!ended) {
      work += inflow.receiver->poll();
    } else if (inflow.ended != nullptr) {
      inflow.ended->store(true, std::memory_order_release);
    }
  }
  return work;
}

/// Live sources still hold what arrived before the stop. Files do not: they end where they are.
void Worker::take_what_is_there() noexcept {
  const uint64_t deadline = ::rte_rdtsc() + ::rte_get_tsc_hz() / 20;
  for (Inflow& inflow : inflows_) {
    if (inflow.receiver->traits().waits) {
      continue;
    }
    while (inflow.receiver->poll() > 0 && ::rte_rdtsc() < deadline) {
      segment();
    }
    inflow.receiver->finish();
  }
}

/// Adds the time since the last call.
void Worker::account(arena::Counter& cycles) noexcept {
  const uint64_t now = ::rte_rdtsc();
  cycles.add(now - accounted_until_);
  accounted_until_ = now;
}

}  // namespace sluice::lcore
