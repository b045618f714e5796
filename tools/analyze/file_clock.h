#pragma once

#include <cstdint>
#include <optional>

#include "tools/analyze/ts_walk.h"

namespace sluice::tools::analyze {

/// The time at which each packet of a file was sent, in nanoseconds from the first: between two
/// PCRs of one PID packets come at an even pace (ISO 13818-1, 2.4.2.2). The PID is the first that
/// has PCRs. Where they jump time goes on at the pace that it had. Behind the last it stands, for
/// at most a second's worth of packets: that a file ends is no error. It reads ahead to the next
/// PCR with a walk of its own.
class FileClock {
 public:
  explicit FileClock(Bytes bytes) : ahead_(bytes) {}

  /// Of the packet with this number; numbers only grow. Nothing if the file has fewer than two
  /// PCRs.
  std::optional<int64_t> at(uint64_t number);

 private:
  struct Mark {
    uint64_t number = 0;
    media::Pcr pcr = 0;
    int64_t ns = 0;
  };
  std::optional<Mark> find();
  bool begin();
  void go_on();

  TsWalk ahead_;
  std::optional<uint16_t> pid_;
  bool begun_ = false;
  bool has_time_ = false;
  bool ended_ = false;
  Mark from_;
  Mark to_;
  double ns_per_packet_ = 0;
};

}  // namespace sluice::tools::analyze
