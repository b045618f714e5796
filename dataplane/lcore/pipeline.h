#pragma once

#include <rte_ring.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"
#include "dataplane/lcore/membership_ring.h"
#include "dataplane/lcore/outlets.h"
#include "dataplane/lcore/plan.h"
#include "dataplane/lcore/room.h"
#include "dataplane/lcore/stats_slots.h"
#include "dataplane/lcore/stream_set.h"
#include "dataplane/lcore/tsc_clock.h"
#include "dataplane/lcore/worker.h"
#include "dataplane/net/flow_table.h"
#include "dataplane/source/inputs.h"
#include "dataplane/source/packet_pool.h"

namespace sluice::lcore {

/// Packet buffers and rings for this many lcores: enough that a ring overflows, a counted drop,
/// before the buffers run out.
source::PoolSpec pool_spec(const LcorePlan& lcores, const source::SourcePlan& sources);
/// Bytes that these and the rings take.
uint64_t memory_needed(const LcorePlan& lcores, const source::SourcePlan& sources);

/// What a pipeline connects; all of it outlives the pipeline.
struct PipelineParts {
  const config::Appliance& appliance;
  const LcorePlan& lcores;
  const source::SourcePlan& plan;
  source::Inputs& inputs;
  StreamSet& streams;
  rte_mempool* pool;
  rte_mempool* large_pool;
  const TscClock& clock;
  const Room& room;
  arena::StatsPage& page;
  StatsSlots& slots;
};

/// The lcores with everything between them: sources, rings, segmenters. One slow thread builds,
/// launches and stops it.
class Pipeline {
 public:
  static Result<std::unique_ptr<Pipeline>> build(const PipelineParts& parts);

  /// Starts the lcores.
  void launch();
  /// Ends capture and seals what there is; `while_waiting` is called again and again until then.
  template <typename WhileWaiting>
  void stop(WhileWaiting while_waiting) {
    phase_.store(Phase::kStopReceiving, std::memory_order_release);
    while (!stopped_receiving()) {
      while_waiting();
    }
    phase_.store(Phase::kFinish, std::memory_order_release);
    while (!finished()) {
      while_waiting();
    }
  }

  /// Gives the IGMP and MLD frames that have arrived to the keepers of groups. On the slow thread.
  void hear_membership(net::Membership::Monotonic now);

  /// Whether every source is a file that has come to its end.
  bool sources_ended() const;

 private:
  explicit Pipeline(const PipelineParts& parts) : parts_(parts) {}
  Status make_rings();
  Result<MembershipRing*> make_membership_ring(size_t input);
  void make_flow_tables();
  void place_streams();
  void make_outlets();
  void make_segmenting();
  Status place_sources();
  bool stopped_receiving() const;
  bool finished() const;

  PipelineParts parts_;
  std::atomic<Phase> phase_ = Phase::kRunning;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<size_t> senders_;           // workers that receive
  std::vector<size_t> segmenters_;        // workers that segment
  std::vector<std::vector<Ring>> rings_;  // by sender and segmenter
  struct ControlFrames {
    size_t input;
    std::unique_ptr<MembershipRing> ring;
  };
  std::vector<ControlFrames> control_frames_;
  std::vector<uint16_t> segmenter_of_stream_;
  std::vector<std::unique_ptr<const net::FlowTable>> tables_;
  std::unique_ptr<std::atomic<const net::FlowTable*>[]> flows_;  // by input
};

}  // namespace sluice::lcore
