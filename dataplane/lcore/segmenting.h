#pragma once

#include <rte_ring.h>

#include <atomic>
#include <cstdint>
#include <vector>

#include "dataplane/lcore/outlets.h"
#include "dataplane/lcore/tsc_clock.h"
#include "dataplane/segment/segmenter.h"

namespace sluice::lcore {

/// A stream as the segmenting lcore that owns it sees it.
struct OwnedStream {
  uint32_t stream = 0;  ///< index in marks
  segment::Segmenter* segmenter = nullptr;
  bool follows_clock = true;  ///< its arrival times are the system clock's
  /// Its source has ended and everything of it is in the ring.
  const std::atomic<bool>* ended = nullptr;
};

/// Feeds segmenters from the rings of receiving lcores. Belongs to one lcore.
class Segmenting {
 public:
  /// @param inlets  one ring from each receiving lcore, and its losses
  struct Inlet {
    rte_ring* ring;
    const LossBoard* losses;
  };
  Segmenting(std::vector<Inlet> inlets, std::vector<OwnedStream> streams, size_t stream_count,
             const TscClock& clock);

  /// One burst from each ring. @return datagrams taken
  size_t poll() noexcept;

  /// Seals what is open. After the receivers have stopped.
  void finish() noexcept;

 private:
  struct State {
    OwnedStream owned;
    uint64_t losses_told = 0;
    bool touched = false;
    bool finished = false;
  };
  size_t take_burst(rte_ring* ring) noexcept;
  void tell_losses() noexcept;
  void tell_clock_steps() noexcept;
  void tell_time() noexcept;
  void finish_ended() noexcept;

  static constexpr uint32_t kNotOurs = UINT32_MAX;
  std::vector<Inlet> inlets_;
  std::vector<State> states_;
  std::vector<uint32_t> state_of_stream_;
  const TscClock& clock_;
  uint64_t losses_seen_ = 0;
  uint64_t steps_seen_;
  uint64_t next_tick_tsc_ = 0;
};

}  // namespace sluice::lcore
