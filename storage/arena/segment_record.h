#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::arena {

/// Why a segment starts where it starts.
enum class Cut : uint8_t {
  kStart,                  ///< the capture's first packets, before any access point
  kIdr,                    ///< H.264 IDR picture
  kRecoveryPoint,          ///< H.264 recovery point SEI, in streams without IDR
  kIrap,                   ///< HEVC IDR, CRA or BLA
  kIPicture,               ///< MPEG-2 sequence header and I picture
  kRandomAccessIndicator,  ///< adaptation field (ISO 13818-1, 2.4.3.5)
  kPes,                    ///< audio-only and data-only services: a PES start
  kPcr,                    ///< no PTS can be read (scrambled, or none sent): a PCR in a new slot
  kForced,                 ///< `max` went by without an access point: an alarm
};

/// Why a segment does not continue its predecessor. A set: bits of `1 << reason`.
enum class Discontinuity : uint8_t {
  kLoss,
  kTimestampJump,
  kPmtChange,
  kSourceSwitch,
  kRestart,
  kClockStep,
};
inline constexpr size_t kDiscontinuityCount = 6;

/// The names that segments.json, manifests and the API use: "start", "idr", …; "loss",
/// "timestamp_jump", ….
std::string_view to_string(Cut cut);
std::string_view to_string(Discontinuity reason);

class DiscontinuitySet {
 public:
  constexpr void add(Discontinuity reason) { bits_ |= 1U << static_cast<unsigned>(reason); }
  constexpr bool has(Discontinuity reason) const {
    return (bits_ & 1U << static_cast<unsigned>(reason)) != 0;
  }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr uint32_t bits() const { return bits_; }
  static constexpr DiscontinuitySet from_bits(uint32_t bits) {
    DiscontinuitySet set;
    set.bits_ = bits;
    return set;
  }
  bool operator==(const DiscontinuitySet&) const = default;

 private:
  uint32_t bits_ = 0;
};

/// What was wrong with the packets of one PID.
struct PidFaults {
  uint16_t pid = 0;
  uint16_t reserved = 0;
  uint32_t cc_errors = 0;
  uint32_t transport_errors = 0;
  uint32_t scrambled = 0;
  uint32_t crc_errors = 0;

  constexpr bool empty() const {
    return (cc_errors | transport_errors | scrambled | crc_errors) == 0;
  }
  bool operator==(const PidFaults&) const = default;
};

/// The PIDs of a segment with which something was wrong: the first ones, in the order in which it
/// turned out; places behind the last are empty. Those that find no place are in the segment's sums
/// alone.
struct FaultyPids {
  std::array<PidFaults, 8> pids{};

  constexpr void add(uint16_t pid, uint32_t PidFaults::*fault, uint32_t count = 1) {
    for (PidFaults& place : pids) {
      const bool fresh = place.empty();
      if (!fresh && place.pid != pid) continue;
      place.pid = pid;
      place.*fault += count;
      return;
    }
  }
  constexpr void add(const FaultyPids& other) {
    for (const PidFaults& from : other.pids) {
      for (const auto fault : {&PidFaults::cc_errors, &PidFaults::transport_errors,
                               &PidFaults::scrambled, &PidFaults::crc_errors}) {
        if (from.*fault > 0) add(from.pid, fault, from.*fault);
      }
    }
  }
  constexpr bool empty() const { return pids.front().empty(); }
  bool operator==(const FaultyPids&) const = default;
};

/// What is known of a segment besides its bytes. Lies in shared memory as it stands: fixed size, no
/// pointers. Its writer updates the running figures with each commit; they are final once the
/// segment is sealed.
struct SegmentRecord {
  int64_t start_utc_ns =
      0;  ///< UTC of its start: arrival time, smoothed against the PCR; decides its hour
  int64_t end_utc_ns = 0;     ///< UTC of the last packet's arrival
  uint64_t start_pts = 0;     ///< raw 33-bit PTS of the first access point, 90 kHz
  uint64_t duration_90k = 0;  ///< media time to the next segment's start, 90 kHz
  uint64_t ts_packets = 0;    ///< packets of the input, injected ones not counted
  uint64_t injected_packets = 0;
  uint64_t datagrams = 0;         ///< datagrams whose bytes were committed here
  uint64_t cc_errors = 0;         ///< continuity errors (ISO 13818-1, 2.4.3.3)
  uint64_t transport_errors = 0;  ///< packets with transport_error_indicator
  uint64_t scrambled = 0;         ///< packets with transport_scrambling_control
  uint64_t crc_errors = 0;        ///< sections of PAT and PMT with a wrong CRC (2.4.4, annex A)
  uint64_t lost_datagrams = 0;    ///< datagrams of the stream dropped, or missing by RTP sequence
                                  ///< number, since the segment before
  FaultyPids faulty_pids;
  uint64_t target_90k = 0;       ///< how long a segment of the stream is meant to be, 90 kHz
  int64_t hole_ns = 0;           ///< how long nothing came before it (see hole.h); with
  uint32_t absent_segments = 0;  ///< the numbers before its own that stand for it, given at sealing
  uint32_t reserved_32 = 0;
  DiscontinuitySet discontinuity;
  Cut cut = Cut::kStart;
  std::array<uint8_t, 3> reserved{};
};

}  // namespace sluice::arena
