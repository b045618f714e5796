#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>

#include "dataplane/media/tr101290_monitor.h"
#include "tools/analyze/pid_figures.h"
#include "tools/analyze/rtp_count.h"
#include "tools/analyze/services.h"

namespace sluice::tools::analyze {

/// Measures one transport stream, packet by packet, at the times that it is told.
class Measurement {
 public:
  /// What the times given are.
  enum class Times : uint8_t {
    kNone,     ///< there are none: nothing that needs a clock is measured
    kPlace,    ///< of a file: by the PCRs around a packet's place
    kArrival,  ///< UTC of arrival
  };

  explicit Measurement(Times times) : times_(times) {}

  void set_time(int64_t now_ns);
  /// Takes the next packet in sync. @param number  as Tr101290Monitor::take wants it
  void take(const media::TsPacket& packet, uint64_t number);
  void take_bad_sync(uint64_t places) { monitor_.take_bad_sync(places); }
  void take_gaps(uint64_t gaps, uint64_t packets) { monitor_.take_gaps(gaps, packets); }
  /// The end: what is counted in seconds or blocks is finished.
  void finish();

  Times times() const { return times_; }
  const media::Tr101290Monitor& monitor() const { return monitor_; }
  const Services& services() const { return services_; }
  /// By PID.
  const std::array<std::unique_ptr<PidFigures>, media::kPidCount>& pids() const { return pids_; }
  uint64_t packets() const { return packets_; }
  const Spread& bits_per_second() const { return bits_per_second_; }
  int64_t start_ns() const { return start_ns_; }
  double seconds() const { return static_cast<double>(now_ns_ - start_ns_) / 1e9; }

 private:
  PidFigures& figures(uint16_t pid);
  void close_windows();
  void take_pcr(PidFigures& figures, const media::TsPacket& packet, uint64_t number);
  void take_pes(PidFigures& figures, Bytes payload);
  static void judge(PcrFigures& pcr);

  const Times times_;
  media::Tr101290Monitor monitor_;
  Services services_;
  std::array<std::unique_ptr<PidFigures>, media::kPidCount> pids_;
  uint64_t packets_ = 0;
  bool begun_ = false;
  int64_t start_ns_ = 0;
  int64_t now_ns_ = 0;
  int64_t window_end_ns_ = 0;
  uint64_t in_window_ = 0;
  uint64_t windows_ = 0;
  Spread bits_per_second_;
};

}  // namespace sluice::tools::analyze
