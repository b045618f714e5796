#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "config/base/digest.h"
#include "config/base/result.h"

namespace sluice::gen {

/// A transport stream that can be sent again and again: in each further loop its time stamps go on
/// (PCR, PTS, DTS) and so do its continuity counters. Read-only once made, shared by many channels.
class LoopedTs {
 public:
  /// What a channel changes in the stream.
  struct Shift {
    uint64_t loop = 0;
    uint64_t ticks = 0;    ///< 90 kHz, added to every time stamp
    uint32_t channel = 0;  ///< goes into the digits of a made channel
  };

  /// @param bytes  188-byte packets, in sync from the first; what is left over is cut off
  /// @param bitrate  0 = paced by its PCR, else at this constant rate
  static Result<LoopedTs> make(std::vector<uint8_t> bytes, uint64_t bitrate);

  size_t packets() const { return packets_; }
  uint64_t loop_ns() const { return loop_ns_; }
  /// When a packet is to leave, counted from the loop's begin. Never less than that before it.
  uint64_t due_ns(size_t packet) const { return due_ns_[packet]; }

  /// Writes packets [first, first + out.size() / 188) of a loop.
  void render(size_t first, const Shift& shift, std::span<uint8_t> out) const noexcept;

 private:
  enum class Kind : uint8_t { kPcr, kTimeStamp, kChannel };
  struct Patch {
    uint32_t packet;
    uint8_t offset;
    Kind kind;
  };

  LoopedTs() = default;
  void find_counters();
  void find_patches();
  void find_channel_digits(size_t packet);
  bool find_pace();
  void pace_constantly(uint64_t bitrate);
  uint64_t media_ticks() const;
  void apply(const Patch& patch, const Shift& shift, uint8_t* at) const noexcept;

  std::vector<uint8_t> bytes_;
  size_t packets_ = 0;
  std::vector<uint8_t> counter_step_;  // by packet: what a loop adds to its continuity counter
  std::vector<Patch> patches_;         // by packet
  std::vector<uint64_t> due_ns_;       // by packet
  uint64_t loop_ns_ = 0;
  uint64_t loop_ticks_ = 0;  // 90 kHz
};

}  // namespace sluice::gen
