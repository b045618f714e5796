#pragma once

#include <rte_ring.h>

#include <atomic>
#include <cstdint>
#include <vector>

#include "dataplane/lcore/order_box.h"
#include "dataplane/lcore/outlets.h"
#include "dataplane/lcore/tsc_clock.h"
#include "dataplane/segment/segmenter.h"
#include "storage/arena/stats.h"

namespace sluice::lcore {

/// A stream as the segmenting lcore that owns it sees it.
struct OwnedStream {
  uint32_t stream = 0;  ///< index in marks
  segment::Segmenter* segmenter = nullptr;
  bool follows_clock = true;  ///< its arrival times are the system clock's
  /// Its source has ended and everything of it is in the ring.
  const std::atomic<bool>* ended = nullptr;
};

/// What a segmenting lcore is to do about a stream. Once it is done, what it names is the slow
/// thread's again, or for the first time the lcore's.
struct SegmentingStep {
  enum class What : uint8_t {
    kAdopt,    ///< a new stream
    kReplace,  ///< what is open is sealed, and another segmenter goes on with the next datagram
    kRetire,   ///< what is open is sealed; datagrams that still come are dropped
  };
  What what = What::kAdopt;
  OwnedStream owned;
};

struct SegmentingOrder {
  std::vector<SegmentingStep> steps;
};

/// Feeds segmenters from the rings of receiving lcores. Belongs to one lcore. Which streams it has
/// changes by orders, between bursts.
class Segmenting {
 public:
  /// @param inlets  one ring from each receiving lcore, and its losses
  struct Inlet {
    rte_ring* ring;
    const LossBoard* losses;
  };
  /// @param stats  of the lcore, for datagrams whose stream is gone
  Segmenting(std::vector<Inlet> inlets, const TscClock& clock, arena::LcoreStats& stats);

  /// One burst from each ring. @return datagrams taken
  size_t poll() noexcept;

  /// Seals what is open. After the receivers have stopped.
  void finish() noexcept;

  OrderBox<SegmentingOrder>& orders() { return orders_; }
  const std::vector<Inlet>& inlets() const { return inlets_; }

 private:
  struct State {
    OwnedStream owned;
    uint64_t losses_told = 0;
    uint32_t place = 0;  ///< in active_
    bool touched = false;
    bool finished = false;
  };
  void carry_out_order() noexcept;
  void adopt(const OwnedStream& owned) noexcept;
  void retire(State& state) noexcept;
  static void finish(State& state) noexcept;
  uint64_t losses_of(uint32_t stream) const noexcept;
  size_t take_burst(rte_ring* ring) noexcept;
  void tell_losses() noexcept;
  void tell_clock_steps() noexcept;
  void tell_time() noexcept;
  void finish_ended() noexcept;

  std::vector<Inlet> inlets_;
  std::vector<State> states_;     // by index; without a segmenter: not ours
  std::vector<uint32_t> active_;  // indices that are ours
  uint32_t files_ = 0;            // of these, with a source that ends
  const TscClock& clock_;
  arena::LcoreStats& stats_;
  OrderBox<SegmentingOrder> orders_;
  uint64_t losses_seen_ = 0;
  uint64_t steps_seen_;
  uint64_t next_tick_tsc_ = 0;
};

}  // namespace sluice::lcore
