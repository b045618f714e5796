#pragma once

#include <cstdint>
#include <memory>

#include "config/appliance.h"
#include "config/base/digest.h"
#include "dataplane/segment/output.h"
#include "storage/arena/stats.h"

namespace sluice::segment {

/// What a segmenter has to know of its stream.
struct SegmenterSpec {
  /// Datagrams carry RTP (RFC 3550, RFC 2250) around the TS packets; what does not is dropped.
  /// Without it, RTP is told by its looks.
  bool rtp = false;
  /// Nobody else tells when the clock of arrivals was set: it is noticed by the PCR.
  bool watches_clock = false;
  config::Program program;
  config::Segment segment;
};

/// Cuts one stream's datagrams into segments at access points. Owned by one lcore; no allocation
/// after construction. The cut depends on the stream alone: slot = floor(raw 33-bit PTS / target),
/// and the first access point of a new slot cuts. Arrival times only give segments their UTC.
class Segmenter {
 public:
  Segmenter(const SegmenterSpec& spec, SegmentOutput& output, arena::StreamStats& stats);
  ~Segmenter();
  Segmenter(const Segmenter&) = delete;
  Segmenter& operator=(const Segmenter&) = delete;

  /// Takes one UDP payload. Every datagram ends as committed or as a named drop in the stream's
  /// counters, the first with the `commit` that follows, or, where RTP packets are out of order,
  /// with that of their predecessors. @param arrival_ns  UTC of its arrival
  void push(Bytes datagram, int64_t arrival_ns) noexcept;

  /// Makes what was pushed survive a crash. Once a burst.
  void commit() noexcept;

  /// Nothing more has come up to `now_ns`, on the clock of arrivals. Packets that have waited for
  /// their predecessors for too long are taken, and after a silence of `max` what is open is
  /// sealed. Now and then, at least each 100 ms.
  void tick(int64_t now_ns) noexcept;

  /// The system clock was stepped: the next segment is marked.
  void clock_stepped() noexcept;
  /// An earlier dataplane cut this stream: the first segment is marked as a restart.
  void restarted() noexcept;
  /// What comes is of another sender or programme than the stream's segments before: the first is
  /// marked.
  void source_switched() noexcept;
  /// Datagrams of this stream were dropped before they came here: the next cut is marked as loss.
  void lost(uint64_t datagrams) noexcept;

  /// The end of the stream, or of the capture: what is there is sealed.
  void finish() noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::segment
