#pragma once

#include <cstdint>

#include "dataplane/segment/packet_runs.h"
#include "dataplane/segment/rtp_window.h"
#include "tools/analyze/measurement.h"
#include "tools/analyze/rtp_count.h"

namespace sluice::tools::analyze {

/// Takes datagrams as the appliance does: RTP around them or not, put into order, packets found in
/// them; and shows the packets to a measurement.
class Datagrams {
 public:
  explicit Datagrams(Measurement& measurement) : measurement_(measurement) {}

  void take(Bytes datagram, int64_t arrival_ns);
  /// The end: what waits for packets before it is taken.
  void finish();

  const RtpCount& rtp() const { return rtp_; }
  uint64_t taken() const { return taken_; }
  uint64_t without_ts() const { return without_ts_; }

 private:
  void take_payload(Bytes payload, int64_t arrival_ns);
  auto in_order() {
    return [this](Bytes payload, int64_t arrival_ns, uint32_t missing) {
      if (missing > 0) runs_.reset();
      take_payload(payload, arrival_ns);
    };
  }

  Measurement& measurement_;
  segment::RtpWindow window_;
  segment::PacketRuns runs_;
  RtpCount rtp_;
  uint64_t number_ = 0;
  uint64_t taken_ = 0;
  uint64_t without_ts_ = 0;
};

}  // namespace sluice::tools::analyze
