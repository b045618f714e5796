#include "dataplane/source/inputs.h"

#include <array>

#include "config/base/log.h"
#include "dataplane/source/capture_source.h"
#include "dataplane/source/dpdk_port.h"
#include "dataplane/source/pcap_live.h"
#include "dataplane/source/port_membership.h"

namespace sluice::source {
namespace {

void discard(PacketSource& source) {
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
  return inputs;
}

Status Inputs::want(size_t input, const std::vector<net::Group>& groups) {
  if (!memberships_[input]) {
    return {};
  }
  Status outcome = memberships_[input]->want(groups);
  std::vector<net::IpAddress> destinations;
  for (const net::Group& group : groups) {
    destinations.push_back(group.address);
  }
  for (OpenSource& open : sources_) {
    if (open.input == input) {
      if (Status let = open.source->let_through(destinations); outcome && !let) {
        outcome = let;
      }
    }
  }
  return outcome;
}

void Inputs::discard_backlog() {
  for (OpenSource& open : sources_) {
    if (!open.source->traits().waits) {
      discard(*open.source);
    }
  }
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
