#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"
#include "dataplane/lcore/housekeeper.h"
#include "dataplane/lcore/pipeline.h"
#include "dataplane/lcore/stats_slots.h"
#include "dataplane/lcore/stream_context.h"
#include "dataplane/lcore/wanted_streams.h"
#include "dataplane/source/input_plan.h"
#include "dataplane/source/inputs.h"
#include "storage/arena/writer.h"

namespace sluice::lcore {

/// What the roster works with; all of it outlives the roster.
struct RosterParts {
  const config::Appliance& appliance;
  const source::SourcePlan& plan;
  source::Inputs& inputs;
  rte_mempool* pool;
  arena::ArenaWriter& arena;
  StatsSlots& slots;
  Pipeline& pipeline;
  Housekeeper& housekeeper;
};

/// Which streams are captured, and which are to be: it takes the ones to the others, a step at a
/// time, while packets flow. Each stream goes its own way through these steps, so whatever is asked
/// for meanwhile, others lose nothing:
///
///     in:     a slot on the stats page, an entry in the arena, numbers from control; a segmenter
///             at an lcore; then its flow in the table, or its file at a reader
///     out:    no flow in the table, or no file at the reader; every receiving lcore has seen that;
///             what they had sent is out of the rings; then the segmenter seals, and index, entry
///             and slot are free
///     anew:   where only the cutting changes, another segmenter takes over between two datagrams
///
/// So an index in a mark never means two streams. Belongs to the slow thread.
class Roster {
 public:
  explicit Roster(const RosterParts& parts);
  ~Roster();

  /// The set that is wanted, which changes in steps: see there.
  WantedStreams& wanted() { return wanted_; }
  const WantedStreams& wanted() const { return wanted_; }
  /// Commits the set that was prepared.
  void commit();

  /// Moves on what can be moved on. Every few milliseconds.
  void tick();

  /// Whether every stream that is wanted has what it needs before it can be captured.
  bool entered() const;
  /// Whether what is captured is what is wanted.
  bool settled() const { return busy_.empty(); }
  /// Whether a stream is captured.
  bool captured(const std::string& name) const;

 private:
  enum class Phase : uint8_t {
    kEntering,
    kAdopting,
    kLive,
    kReplacing,
    kDetaching,  ///< no new packets come; those that lcores have are sent on
    kDraining,   ///< what is in the rings is taken out
    kRetiring,
  };
  enum class Beginning : uint8_t { kFirst, kRestart, kSourceSwitch };

  struct Member {
    explicit Member(const config::Stream& wanted) : stream(wanted) {}

    config::Stream stream;  ///< as it is captured
    Phase phase = Phase::kEntering;
    Beginning beginning = Beginning::kFirst;
    arena::StreamStats* stats = nullptr;
    std::optional<uint32_t> entry;
    uint32_t index = 0;
    uint16_t lane = 0;
    std::unique_ptr<StreamContext> context;
    std::unique_ptr<segment::Segmenter> next_segmenter;
    std::unique_ptr<FileFeed> file;
    std::optional<net::FlowRule> rule;
    SegmentingDesk::Number order = 0;
    Quiescence::Token token = 0;
    RingMarks marks;
  };
  bool step(const std::string& name);
  bool step(Member& member);
  bool enter(Member& member);
  bool take_places(Member& member);
  bool open_file(Member& member);
  void go_live(Member& member);
  bool compare(Member& member);
  void replace(Member& member, const config::Stream& stream);
  void begin_leaving(Member& member);
  bool detached(Member& member);
  void retire(Member& member);
  bool gone(Member& member);
  OwnedStream owned(Member& member, segment::Segmenter& segmenter) const;
  void publish_flows();

  RosterParts parts_;
  WantedStreams wanted_;
  std::map<std::string, std::unique_ptr<Member>> members_;
  std::set<std::string> busy_;  // names whose member is not as wanted
  std::vector<uint32_t> free_indices_;
  bool flows_changed_ = false;
};

}  // namespace sluice::lcore
