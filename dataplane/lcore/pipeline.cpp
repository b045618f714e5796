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

Result<std::unique_ptr<Pipeline>> Pipeline::build(const PipelineParts& parts) {
  std::unique_ptr<Pipeline> pipeline(new Pipeline(parts));
  for (size_t i = 0; i < parts.lcores.workers.size(); ++i) {
    const WorkerPlan& plan = parts.lcores.workers[i];
    pipeline->workers_.push_back(std::make_unique<Worker>(plan.cpu, parts.appliance.dataplane.idle,
                                                          parts.page.lcores[i], pipeline->phase_));
    if (sends(plan)) {
      pipeline->senders_.push_back(i);
    }
    if (plan.segments) {
      pipeline->segmenters_.push_back(i);
    }
  }
  if (auto made = pipeline->make_rings(); !made) {
    return fail(made.error());
  }
  pipeline->make_flow_tables();
  pipeline->place_streams();
  pipeline->make_outlets();
  pipeline->make_segmenting();
  if (auto placed = pipeline->place_sources(); !placed) {
    return fail(placed.error());
  }
  return pipeline;
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

void Pipeline::make_flow_tables() {
  const auto& inputs = parts_.plan.inputs;
  flows_.reset(new std::atomic<const net::FlowTable*>[inputs.size()]());
  for (size_t i = 0; i < inputs.size(); ++i) {
    tables_.push_back(std::make_unique<const net::FlowTable>(inputs[i].rules));
    flows_[i].store(tables_.back().get(), std::memory_order_release);
  }
}

void Pipeline::place_streams() {
  for (size_t stream = 0; stream < parts_.streams.size(); ++stream) {
    segmenter_of_stream_.push_back(static_cast<uint16_t>(stream % segmenters_.size()));
  }
}

void Pipeline::make_outlets() {
  for (size_t i = 0; i < senders_.size(); ++i) {
    std::vector<rte_ring*> lanes;
    for (const Ring& ring : rings_[i]) {
      lanes.push_back(ring.get());
    }
    workers_[senders_[i]]->set_outlets(std::make_unique<Outlets>(lanes, segmenter_of_stream_));
  }
}

void Pipeline::make_segmenting() {
  for (size_t i = 0; i < segmenters_.size(); ++i) {
    std::vector<Segmenting::Inlet> inlets;
    for (size_t sender = 0; sender < senders_.size(); ++sender) {
      inlets.push_back({rings_[sender][i].get(), &workers_[senders_[sender]]->outlets()->losses()});
    }
    std::vector<OwnedStream> owned;
    for (uint32_t stream = 0; stream < parts_.streams.size(); ++stream) {
      StreamContext* context = parts_.streams[stream].get();
      if (context == nullptr || segmenter_of_stream_[stream] != i) {
        continue;
      }
      const bool from_file =
          parts_.appliance.streams[stream].source.scheme == config::Scheme::kFile;
      owned.push_back({.stream = stream,
                       .segmenter = &context->segmenter,
                       .follows_clock = parts_.plan.live && !from_file,
                       .ended = from_file ? &context->ended : nullptr});
    }
    workers_[segmenters_[i]]->set_segmenting(std::make_unique<Segmenting>(
        std::move(inlets), std::move(owned), parts_.streams.size(), parts_.clock));
  }
}

/// Deals the sources out to the lcores: those of the network to receivers in turn, files to the
/// lcore that is set apart for them, if there is one.
Status Pipeline::place_sources() {
  std::vector<size_t> receivers;
  std::vector<size_t> readers;
  for (const size_t sender : senders_) {
    const WorkerPlan& plan = parts_.lcores.workers[sender];
    (plan.reads_files ? readers : receivers).push_back(sender);
  }
  if (readers.empty()) {
    readers = receivers;
  }
  size_t next_receiver = 0;
  size_t next_reader = 0;
  for (source::OpenSource& open : parts_.inputs.sources()) {
    auto stats = parts_.slots.port(open.source->device(), open.source->queue());
    if (!stats) {
      return fail(stats.error());
    }
    const auto stream = open.source->traits().stream;
    Worker& worker = *workers_[stream ? readers[next_reader++ % readers.size()]
                                      : receivers[next_receiver++ % receivers.size()]];
    MembershipRing* membership = nullptr;
    if (open.input && parts_.inputs.membership(*open.input) != nullptr) {
      auto ring = make_membership_ring(*open.input);
      if (!ring) {
        return fail(ring.error());
      }
      membership = *ring;
    }
    static const std::atomic<const net::FlowTable*> kNoFlows = nullptr;
    worker.receive_from(std::make_unique<Receiver>(
                            ReceiverSpec{.source = *open.source,
                                         .flows = open.input ? flows_[*open.input] : kNoFlows,
                                         .clock = parts_.clock,
                                         .room = parts_.room,
                                         .stats = **stats,
                                         .pool = parts_.pool,
                                         .large_pool = parts_.large_pool,
                                         .membership = membership},
                            *worker.outlets()),
                        stream ? &parts_.streams[*stream]->ended : nullptr);
  }
  return {};
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

bool Pipeline::sources_ended() const {
  const auto& sources = parts_.inputs.sources();
  return !sources.empty() && std::all_of(sources.begin(), sources.end(),
                                         [](const auto& open) { return open.source->ended(); });
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
