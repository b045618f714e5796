#include "dataplane/lcore/pipeline.h"

#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include <algorithm>
#include <string>

namespace sluice::lcore {
namespace {

bool sends(const WorkerPlan& worker) {
  return worker.receives || worker.reads_files;
}

/// A live source's ring takes what comes while its segmenter is off the CPU; a file waits.
uint32_t ring_size(const WorkerPlan& worker, bool live) {
  constexpr uint32_t kLive = 16384;  // 200 ms at 80,000 datagrams a second
  constexpr uint32_t kFile = 2048;
  return worker.receives && live ? kLive : kFile;
}

uint32_t ring_slots(const LcorePlan& lcores, const source::SourcePlan& sources) {
  const auto segmenters = static_cast<uint32_t>(std::count_if(
      lcores.workers.begin(), lcores.workers.end(), [](const auto& one) { return one.segments; }));
  uint32_t slots = 0;
  for (const WorkerPlan& worker : lcores.workers) {
    slots += sends(worker) ? ring_size(worker, sources.live) * segmenters : 0;
  }
  return slots;
}

}  // namespace

source::PoolSpec pool_spec(const LcorePlan& lcores, const source::SourcePlan& sources) {
  constexpr uint32_t kPerQueue = 4096 + 64 + 256;  // the last: IGMP and MLD frames
  constexpr uint32_t kPerLcore = 512;              // its cache and a burst
  uint32_t mbufs = ring_slots(lcores, sources);
  for (const source::InputPlan& input : sources.inputs) {
    mbufs += kPerQueue * input.port.rx_queues;
  }
  mbufs += kPerLcore * static_cast<uint32_t>(lcores.workers.size() + 1);
  return {.mbufs = mbufs, .frame_bytes = sources.frame_bytes};
}

uint64_t memory_needed(const LcorePlan& lcores, const source::SourcePlan& sources) {
  const uint64_t large = sources.inputs.empty() ? 0 : source::large_pool_bytes();
  const source::PoolSpec shared = pool_spec(lcores, sources);
  uint64_t own = 0;
  for (const source::InputPlan& input : sources.inputs) {
    own += input.device.own_buffers
               ? source::PoolSpec{shared.mbufs, input.device.frame_bytes}.bytes()
               : 0;
  }
  return shared.bytes() + own + large + ring_slots(lcores, sources) * sizeof(void*);
}

Pipeline::Pipeline(const PipelineParts& parts)
    : parts_(parts),
      quiescence_(static_cast<unsigned>(parts.lcores.workers.size())),
      flows_(std::make_unique<FlowTables>(parts.plan.inputs.size(), quiescence_)) {}

Result<std::unique_ptr<Pipeline>> Pipeline::build(const PipelineParts& parts) {
  std::unique_ptr<Pipeline> pipeline(new Pipeline(parts));
  pipeline->make_workers();
  if (auto made = pipeline->make_rings(); !made) {
    return fail(made.error());
  }
  pipeline->make_outlets();
  pipeline->make_segmenting();
  if (auto placed = pipeline->place_inputs(); !placed) {
    return fail(placed.error());
  }
  return pipeline;
}

void Pipeline::make_workers() {
  for (size_t i = 0; i < parts_.lcores.workers.size(); ++i) {
    const WorkerPlan& plan = parts_.lcores.workers[i];
    workers_.push_back(std::make_unique<Worker>(plan, parts_.appliance.dataplane.idle,
                                                parts_.page.lcores[i], phase_, quiescence_,
                                                static_cast<unsigned>(i)));
    if (sends(plan)) {
      senders_.push_back(i);
      inflow_desks_.emplace_back(workers_.back()->inflow_orders());
    }
    if (plan.segments) {
      segmenters_.push_back(i);
    }
  }
}

Status Pipeline::make_rings() {
  for (const size_t sender : senders_) {
    std::vector<Ring> row;
    for (const size_t segmenter : segmenters_) {
      const std::string name = "sluice_" + std::to_string(sender) + "_" + std::to_string(segmenter);
      row.emplace_back(::rte_ring_create(name.c_str(),
                                         ring_size(parts_.lcores.workers[sender], parts_.plan.live),
                                         SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ));
      if (!row.back()) {
        return fail("no memory for the rings between lcores: " +
                    std::string(::rte_strerror(rte_errno)));
      }
    }
    rings_.push_back(std::move(row));
  }
  return {};
}

void Pipeline::make_outlets() {
  for (size_t i = 0; i < senders_.size(); ++i) {
    std::vector<rte_ring*> lanes;
    for (const Ring& ring : rings_[i]) {
      lanes.push_back(ring.get());
    }
    workers_[senders_[i]]->set_outlets(std::make_unique<Outlets>(lanes, lanes_));
  }
}

void Pipeline::make_segmenting() {
  for (size_t i = 0; i < segmenters_.size(); ++i) {
    std::vector<Segmenting::Inlet> inlets;
    for (size_t sender = 0; sender < senders_.size(); ++sender) {
      inlets.push_back({rings_[sender][i].get(), &workers_[senders_[sender]]->outlets()->losses()});
    }
    Worker& worker = *workers_[segmenters_[i]];
    worker.set_segmenting(std::make_unique<Segmenting>(std::move(inlets), parts_.clock,
                                                       parts_.page.lcores[segmenters_[i]]));
    segmenter_desks_.emplace_back(worker.segmenting()->orders());
    lane_load_.push_back(0);
  }
}

/// Deals the sources of the network out to the lcores that receive, in turn.
Status Pipeline::place_inputs() {
  size_t next = 0;
  for (source::OpenSource& open : parts_.inputs.sources()) {
    auto stats = parts_.slots.port(open.source->device(), open.source->queue());
    if (!stats) {
      return fail(stats.error());
    }
    MembershipRing* membership = nullptr;
    if (parts_.inputs.membership(open.input) != nullptr) {
      auto ring = make_membership_ring(open.input);
      if (!ring) {
        return fail(ring.error());
      }
      membership = *ring;
    }
    while (!parts_.lcores.workers[senders_[next % senders_.size()]].receives) {
      ++next;
    }
    const size_t desk = next++ % senders_.size();
    inputs_.push_back({std::make_unique<Receiver>(ReceiverSpec{.source = *open.source,
                                                               .flows = flows_->of(open.input),
                                                               .clock = parts_.clock,
                                                               .room = parts_.room,
                                                               .stats = **stats,
                                                               .pool = parts_.pool,
                                                               .large_pool = parts_.large_pool,
                                                               .membership = membership},
                                                  *workers_[senders_[desk]]->outlets()),
                       desk});
  }
  return {};
}

void Pipeline::open_inputs() {
  for (const InputFeed& feed : inputs_) {
    inflow_desks_[feed.desk].add({feed.receiver.get(), nullptr});
  }
  pump();
}

void Pipeline::pump() {
  for (SegmentingDesk& desk : segmenter_desks_) {
    desk.pump();
  }
  for (InflowDesk& desk : inflow_desks_) {
    desk.pump();
  }
  flows_->collect();
}

uint16_t Pipeline::take_lane(uint32_t stream) {
  const auto least = std::min_element(lane_load_.begin(), lane_load_.end());
  const auto lane = static_cast<uint16_t>(least - lane_load_.begin());
  ++*least;
  lanes_.set(stream, lane);
  return lane;
}

RingMarks Pipeline::ring_marks(uint16_t lane) const {
  RingMarks marks;
  for (const std::vector<Ring>& row : rings_) {
    marks.push_back(__atomic_load_n(&row[lane]->prod.tail, __ATOMIC_ACQUIRE));
  }
  return marks;
}

bool Pipeline::drained(uint16_t lane, const RingMarks& marks) const {
  for (size_t i = 0; i < marks.size(); ++i) {
    // Both count up to 2^32 and begin again.
    const uint32_t taken = __atomic_load_n(&rings_[i][lane]->cons.tail, __ATOMIC_ACQUIRE);
    if (static_cast<int32_t>(taken - marks[i]) < 0) {
      return false;
    }
  }
  return true;
}

/// A file goes to the lcore that is set apart for files, if there is one, so that a slow disk does
/// not hold up a port; else to the one with the fewest sources.
void Pipeline::attach(FileFeed& feed, std::atomic<bool>& ended) {
  static const std::atomic<const net::FlowTable*> kNoFlows = nullptr;
  const auto apart = [this](size_t desk) {
    return parts_.lcores.workers[senders_[desk]].reads_files;
  };
  size_t best = 0;
  for (size_t desk = 1; desk < senders_.size(); ++desk) {
    const bool fewer = inflow_desks_[desk].size() < inflow_desks_[best].size();
    if (apart(desk) != apart(best) ? apart(desk) : fewer) {
      best = desk;
    }
  }
  feed.desk = best;
  feed.receiver = std::make_unique<Receiver>(ReceiverSpec{.source = *feed.source,
                                                          .flows = kNoFlows,
                                                          .clock = parts_.clock,
                                                          .room = parts_.room,
                                                          .stats = *feed.stats,
                                                          .pool = parts_.pool,
                                                          .large_pool = parts_.large_pool,
                                                          .membership = nullptr},
                                             *workers_[senders_[best]]->outlets());
  feed.number = inflow_desks_[best].add({feed.receiver.get(), &ended});
  files_.push_back(&feed);
}

void Pipeline::detach(FileFeed& feed) {
  feed.number = inflow_desks_[feed.desk].remove(feed.receiver.get());
  std::erase(files_, &feed);
}

Result<MembershipRing*> Pipeline::make_membership_ring(size_t input) {
  auto ring = MembershipRing::create("sluice_groups_" + std::to_string(control_frames_.size()));
  if (!ring) {
    return fail(ring.error());
  }
  control_frames_.push_back({input, std::make_unique<MembershipRing>(std::move(*ring))});
  return control_frames_.back().ring.get();
}

void Pipeline::hear_membership(net::Membership::Monotonic now) {
  for (const ControlFrames& frames : control_frames_) {
    net::Membership& membership = *parts_.inputs.membership(frames.input);
    frames.ring->drain([&membership, now](const rte_mbuf& mbuf) {
      membership.hear(frame_bytes(mbuf), stripped_vlan(mbuf), now);
    });
  }
}

void Pipeline::launch() {
  launched_ = true;
  for (size_t i = 0; i < workers_.size(); ++i) {
    const int code = ::rte_eal_remote_launch(
        [](void* worker) {
          static_cast<Worker*>(worker)->run();
          return 0;
        },
        workers_[i].get(), static_cast<unsigned>(i + 1));
    if (code != 0) {
      panic("an lcore that EAL has started does not take its work");
    }
  }
}

std::vector<const source::PacketSource*> Pipeline::all_sources() const {
  std::vector<const source::PacketSource*> all;
  for (const source::OpenSource& open : parts_.inputs.sources()) {
    all.push_back(open.source.get());
  }
  for (const FileFeed* file : files_) {
    all.push_back(file->source.get());
  }
  return all;
}

bool Pipeline::sources_ended() const {
  const auto sources = all_sources();
  return !sources.empty() && std::all_of(sources.begin(), sources.end(),
                                         [](const auto* source) { return source->ended(); });
}

std::vector<std::string> Pipeline::failures() const {
  std::vector<std::string> all;
  for (const source::PacketSource* source : all_sources()) {
    if (std::string failure = source->failure(); !failure.empty()) {
      all.push_back(std::move(failure));
    }
  }
  return all;
}

bool Pipeline::stopped_receiving() const {
  return std::all_of(workers_.begin(), workers_.end(),
                     [](const auto& worker) { return worker->stopped_receiving(); });
}

bool Pipeline::finished() const {
  for (size_t i = 0; i < workers_.size(); ++i) {
    // EAL's own state orders memory, too, but within a library that ThreadSanitizer cannot see
    // into.
    if (!workers_[i]->finished() ||
        ::rte_eal_get_lcore_state(static_cast<unsigned>(i + 1)) == RUNNING) {
      return false;
    }
  }
  return true;
}

}  // namespace sluice::lcore
