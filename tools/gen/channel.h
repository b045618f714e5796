#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "tools/gen/faults.h"
#include "tools/gen/looped_ts.h"

namespace sluice::gen {

/// One channel on its way through its stream: what its next datagram holds and when that leaves.
class Channel {
 public:
  struct Spec {
    const LoopedTs* ts;
    unsigned number;
    bool rtp;
    unsigned packets;  ///< TS packets a datagram
    uint64_t ticks;    ///< 90 kHz, by which its clock is ahead
    uint64_t loops;    ///< 0 = for ever
    FaultRates faults;
    uint64_t seed;
  };
  explicit Channel(const Spec& spec);

  bool ended() const { return spec_.loops > 0 && loop_ == spec_.loops; }
  /// When the next datagram is to leave, counted from the begin. Not once it has ended.
  uint64_t due_ns() const { return loop_ * spec_.ts->loop_ns() + spec_.ts->due_ns(packet_); }

  /// Writes the next datagram to `out` and goes on to the one after it.
  /// @return its size; at most `largest`
  size_t next(uint8_t* out);
  size_t largest() const;

  unsigned number() const { return spec_.number; }
  /// How many datagrams it has made.
  uint64_t datagrams() const { return datagrams_; }
  FaultDice& dice() { return dice_; }
  /// Where the TS packets begin in its datagrams.
  size_t header_size() const { return spec_.rtp ? kRtpHeader : 0; }

  /// A datagram held back, so that others of the channel overtake it.
  struct Held {
    uint64_t until;  ///< this many datagrams have been made
    std::vector<uint8_t> bytes;
  };
  std::deque<Held> held;

 private:
  static constexpr size_t kRtpHeader = 12;
  void write_rtp(uint8_t* out) const;

  Spec spec_;
  FaultDice dice_;
  uint64_t loop_ = 0;
  size_t packet_ = 0;
  uint64_t datagrams_ = 0;
};

}  // namespace sluice::gen
