#include "dataplane/source/inputs.h"

#include <array>

#include "config/base/log.h"
#include "dataplane/source/capture_source.h"
#include "dataplane/source/dpdk_port.h"
#include "dataplane/source/pcap_live.h"
#include "dataplane/source/port_membership.h"
#include "dataplane/source/ts_file_source.h"

namespace sluice::source {
namespace {

void discard_backlog(PacketSource& source) {
  constexpr size_t kMostBursts = 1024;
  std::array<rte_mbuf*, 32> mbufs;
  for (size_t burst = 0; burst < kMostBursts; ++burst) {
    const uint16_t count = source.receive(mbufs);
    if (count == 0) {
      return;
    }
    ::rte_pktmbuf_free_bulk(mbufs.data(), count);
  }
}

PcapLiveSpec pcap_spec(const InputPlan& input) {
  PcapLiveSpec spec{.interface = *input.interface, .destinations = {}};
  for (const net::Group& group : input.groups) {
    spec.destinations.push_back(group.address);
  }
  return spec;
}

}  // namespace

Status Inputs::open_input(const config::Dataplane& dataplane, const InputPlan& input, size_t index,
                          rte_mempool* pool) {
  std::unique_ptr<LivePort> live;
  const DpdkPort* dpdk = nullptr;
  if (dataplane.driver == config::Driver::kFile) {
    auto source = open_capture_source(dataplane.path, dataplane.pace, pool);
    if (!source) {
      return fail(source.error());
    }
    sources_.push_back({std::move(*source), index});
    return {};
  }
  if (dataplane.driver == config::Driver::kPcap) {
    auto port = std::make_unique<PcapPort>(pcap_spec(input), pool);
    sources_.push_back({port->source(), index});
    live = std::move(port);
  } else {
    auto port = std::make_unique<DpdkPort>(input.port, input.device, pool);
    for (auto& queue : port->queues()) {
      sources_.push_back({std::move(queue), index});
    }
    dpdk = port.get();
    live = std::move(port);
  }
  ports_.emplace_back(std::move(live), [&membership = memberships_[index]] {
    const Status joined = membership ? membership->rejoin() : Status();
    if (!joined) {
      spdlog::error("{}", joined.error().message);
    }
  });
  if (auto begun = ports_.back().begin(); !begun || input.device.is_file) {
    return begun;
  }
  auto membership = keep_groups(input, dpdk, pool);
  if (!membership) {
    return fail(membership.error());
  }
  memberships_[index] = std::move(*membership);
  return {};
}

Result<Inputs> Inputs::open(const config::Appliance& appliance, const SourcePlan& plan,
                            rte_mempool* pool) {
  Inputs inputs;
  inputs.memberships_.resize(plan.inputs.size());
  for (size_t i = 0; i < plan.inputs.size(); ++i) {
    if (auto opened = inputs.open_input(appliance.dataplane, plan.inputs[i], i, pool); !opened) {
      return fail(opened.error());
    }
  }
  for (const uint32_t stream : plan.files) {
    const config::Source& file = appliance.streams[stream].source;
    auto source = open_ts_file_source(file.path, file.pace, stream, pool);
    if (!source) {
      return fail("stream " + appliance.streams[stream].name.str() + ": " + source.error().message);
    }
    inputs.sources_.push_back({std::move(*source), std::nullopt});
  }
  return inputs;
}

Status Inputs::begin(const SourcePlan& plan) {
  for (size_t i = 0; i < plan.inputs.size(); ++i) {
    if (memberships_[i]) {
      if (auto joined = memberships_[i]->want(plan.inputs[i].groups); !joined) {
        return joined;
      }
    }
  }
  for (OpenSource& open : sources_) {
    if (!open.source->traits().waits) {
      discard_backlog(*open.source);
    }
  }
  return {};
}

void Inputs::leave_groups() {
  for (const auto& membership : memberships_) {
    if (membership) {
      static_cast<void>(membership->want({}));
    }
  }
}

void Inputs::tick(net::Membership::Monotonic now) {
  for (const auto& membership : memberships_) {
    if (membership) {
      membership->tick(now);
    }
  }
  for (PortKeeper& port : ports_) {
    port.tick(now);
  }
}

}  // namespace sluice::source
