#pragma once

#include <rte_ring.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"
#include "dataplane/lcore/flow_tables.h"
#include "dataplane/lcore/membership_ring.h"
#include "dataplane/lcore/order_desk.h"
#include "dataplane/lcore/outlets.h"
#include "dataplane/lcore/plan.h"
#include "dataplane/lcore/quiescence.h"
#include "dataplane/lcore/room.h"
#include "dataplane/lcore/stats_slots.h"
#include "dataplane/lcore/stream_lanes.h"
#include "dataplane/lcore/tsc_clock.h"
#include "dataplane/lcore/worker.h"
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
  rte_mempool* pool;
  rte_mempool* large_pool;
  const TscClock& clock;
  const Room& room;
  arena::StatsPage& page;
  StatsSlots& slots;
};

/// A stream's own file, while an lcore reads it.
struct FileFeed {
  std::unique_ptr<source::PacketSource> source;
  arena::PortStats* stats = nullptr;
  std::unique_ptr<Receiver> receiver;
  size_t desk = 0;
  InflowDesk::Number number = 0;  ///< of the last order about it
};

/// How far the rings to one segmenting lcore have been filled.
using RingMarks = std::vector<uint32_t>;

/// The lcores with everything between them: sources, rings, segmenters. One slow thread builds,
/// launches and stops it, and changes what flows through it meanwhile: it posts orders, which the
/// lcores carry out between bursts, and asks later whether they have.
class Pipeline {
 public:
  static Result<std::unique_ptr<Pipeline>> build(const PipelineParts& parts);

  /// Starts the lcores, which have nothing to do yet.
  void launch();
  bool launched() const { return launched_; }
  /// Lets lcores take what comes by the network, or from the capture that stands for it.
  void open_inputs();
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
    launched_ = false;
  }

  /// Sends orders, notes which have been carried out, frees what nobody uses any more. Every few
  /// milliseconds, more often while something is under way.
  void pump();

  FlowTables& flows() { return *flows_; }
  Quiescence& quiescence() { return quiescence_; }

  /// Gives a stream to the segmenting lcore that has the fewest. @return which
  uint16_t take_lane(uint32_t stream);
  void give_lane_back(uint16_t lane) { --lane_load_[lane]; }
  SegmentingDesk& segmenter(uint16_t lane) { return segmenter_desks_[lane]; }

  /// How far the rings to that segmenter are filled now, and whether all of it has been taken out.
  RingMarks ring_marks(uint16_t lane) const;
  bool drained(uint16_t lane, const RingMarks& marks) const;

  /// Has an lcore read a stream's file. @param ended  becomes true once all of it is in the rings
  void attach(FileFeed& feed, std::atomic<bool>& ended);
  /// Has it read no more. The file may go once `done` is true.
  void detach(FileFeed& feed);
  bool done(const FileFeed& feed) const { return inflow_desks_[feed.desk].done(feed.number); }

  /// Gives the IGMP and MLD frames that have arrived to the keepers of groups. On the slow thread.
  void hear_membership(net::Membership::Monotonic now);

  /// Whether every source is a file that has come to its end.
  bool sources_ended() const;
  /// Why files could not be read to their end.
  std::vector<std::string> failures() const;

 private:
  explicit Pipeline(const PipelineParts& parts);
  void make_workers();
  Status make_rings();
  Result<MembershipRing*> make_membership_ring(size_t input);
  void make_outlets();
  void make_segmenting();
  Status place_inputs();
  std::vector<const source::PacketSource*> all_sources() const;
  bool stopped_receiving() const;
  bool finished() const;

  struct ControlFrames {
    size_t input;
    std::unique_ptr<MembershipRing> ring;
  };
  struct InputFeed {
    std::unique_ptr<Receiver> receiver;
    size_t desk;
  };

  PipelineParts parts_;
  bool launched_ = false;  ///< and not stopped
  std::atomic<Phase> phase_ = Phase::kRunning;
  Quiescence quiescence_;
  StreamLanes lanes_;
  std::unique_ptr<FlowTables> flows_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<size_t> senders_;           // workers that receive
  std::vector<size_t> segmenters_;        // workers that segment
  std::vector<std::vector<Ring>> rings_;  // by sender and segmenter
  std::vector<InflowDesk> inflow_desks_;  // by sender
  std::vector<SegmentingDesk> segmenter_desks_;
  std::vector<size_t> lane_load_;  // streams, by segmenter
  std::vector<ControlFrames> control_frames_;
  std::vector<InputFeed> inputs_;
  std::vector<const FileFeed*> files_;
};

}  // namespace sluice::lcore
