#include "dataplane/source/dpdk_port.h"

#include <rte_errno.h>
#include <rte_ethdev.h>

#include <algorithm>

#include "config/base/log.h"
#include "dataplane/source/dpdk_device.h"
#include "dataplane/source/xdp.h"

namespace sluice::source {

class DpdkQueue final : public PacketSource {
 public:
  DpdkQueue(DpdkPort& port, uint16_t queue)
      : PacketSource(port.device_.name, {.waits = port.device_.is_file}),
        port_(port),
        gate_(port.gates_[queue]),
        queue_(queue) {}

  uint16_t receive(std::span<rte_mbuf*> mbufs) noexcept override {
    if (!gate_.pass()) [[unlikely]] {
      return 0;
    }
    return ::rte_eth_rx_burst(*port_.id_, queue_, mbufs.data(),
                              static_cast<uint16_t>(mbufs.size()));
  }
  NicCounters counters() override { return port_.counters_.counters(); }
  std::vector<Xstat> xstats() override { return port_.counters_.xstats(); }
  Link link() override { return port_.link(); }
  uint16_t queue() const noexcept override { return queue_; }

 private:
  DpdkPort& port_;
  Gate& gate_;
  uint16_t queue_;
};

namespace {

constexpr uint16_t kDescriptors = 4096;

Error dpdk_error(const config::Port& port, const std::string& what, int code) {
  return {Next::kGiveUp,
          "port " + port.device + ": cannot " + what + ": " + ::rte_strerror(std::abs(code))};
}

/// No offloads: tags stay where they are, and frames come in one piece.
rte_eth_conf port_configuration(const config::Port& port, const rte_eth_dev_info& info) {
  rte_eth_conf configuration{};
  configuration.rxmode.mtu = port.mtu;
  if (port.rx_queues > 1) {
    configuration.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    configuration.rx_adv_conf.rss_conf.rss_hf =
        info.flow_type_rss_offloads & (RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP);
  }
  return configuration;
}

Status set_up_queues(const config::Port& port, uint16_t id, uint16_t transmit, rte_mempool* pool) {
  uint16_t receive_descriptors = kDescriptors;
  uint16_t transmit_descriptors = 64;
  ::rte_eth_dev_adjust_nb_rx_tx_desc(id, &receive_descriptors, &transmit_descriptors);
  for (uint16_t queue = 0; queue < port.rx_queues; ++queue) {
    const int code =
        ::rte_eth_rx_queue_setup(id, queue, receive_descriptors, SOCKET_ID_ANY, nullptr, pool);
    if (code != 0) {
      return fail(dpdk_error(port, "set up receive queue " + std::to_string(queue), code));
    }
  }
  for (uint16_t queue = 0; queue < transmit; ++queue) {
    const int code =
        ::rte_eth_tx_queue_setup(id, queue, transmit_descriptors, SOCKET_ID_ANY, nullptr);
    if (code != 0) {
      return fail(dpdk_error(port, "set up transmit queue " + std::to_string(queue), code));
    }
  }
  return {};
}

/// Drivers differ in which of the two they heed: the configuration's MTU or this one.
Status set_mtu(const config::Port& port, uint16_t id) {
  if (port.mtu == 0) {
    return {};
  }
  const int code = ::rte_eth_dev_set_mtu(id, static_cast<uint16_t>(port.mtu));
  if (code != 0 && code != -ENOTSUP) {
    return fail(dpdk_error(port, "take an MTU of " + std::to_string(port.mtu), code));
  }
  return {};
}

Status set_up(const config::Port& port, uint16_t id, rte_mempool* pool) {
  rte_eth_dev_info info{};
  if (const int code = ::rte_eth_dev_info_get(id, &info); code != 0) {
    return fail(dpdk_error(port, "be asked what it can do", code));
  }
  if (port.rx_queues > info.max_rx_queues) {
    return fail("port " + port.device + ": rx_queues is " + std::to_string(port.rx_queues) +
                ", and it has " + std::to_string(info.max_rx_queues));
  }
  if (port.mtu > info.max_mtu) {
    return fail("port " + port.device + ": mtu is " + std::to_string(port.mtu) +
                ", and its driver takes at most " + std::to_string(info.max_mtu));
  }
  const auto queues = static_cast<uint16_t>(port.rx_queues);
  // Some virtual devices need a transmit queue for each receive queue to start at all.
  const auto transmit = std::min(queues, info.max_tx_queues);
  const rte_eth_conf configuration = port_configuration(port, info);
  if (const int code = ::rte_eth_dev_configure(id, queues, transmit, &configuration); code != 0) {
    return fail(dpdk_error(port, "be configured", code));
  }
  if (auto done = set_up_queues(port, id, transmit, pool); !done) {
    return done;
  }
  // The kernel's interfaces have their MTU from the kernel.
  if (auto done = info.if_index != 0 ? Status{} : set_mtu(port, id); !done) {
    return done;
  }
  if (const int code = ::rte_eth_dev_start(id); code != 0) {
    return fail(dpdk_error(port, "be started", code));
  }
  return {};
}

/// A process that was killed leaves its program behind, which then lets everything pass. Its
/// successor's driver takes it over, and removes it in the end.
void look_at_program(const Interface& interface) {
  const auto program = xdp_program_on(interface.index);
  if (program == kXskProgram) {
    spdlog::info("{}: taking over the XDP program that a killed process has left there",
                 interface.name);
  } else if (program) {
    spdlog::warn("{}: another XDP program is there already: {}", interface.name, *program);
  }
}

uint32_t room_of(const rte_mempool* pool) {
  return rte_pktmbuf_data_room_size(const_cast<rte_mempool*>(pool)) - RTE_PKTMBUF_HEADROOM;
}

}  // namespace

/// The driver of af_xdp never gives back what it lent to the kernel: the pool would be empty after
/// a few times. So its pool goes with the device, once all packets that lcores still have are back.
Status DpdkPort::refill() {
  if (own_pool_ && ::rte_mempool_in_use_count(own_pool_.get()) > held_) {
    return fail("packets that it has received are still on their way");
  }
  own_pool_.reset();
  constexpr size_t kNameRoom = RTE_MEMPOOL_NAMESIZE - sizeof "sluice_";
  auto pool = make_pool({.mbufs = shared_pool_->size, .frame_bytes = device_.frame_bytes},
                        "sluice_" + device_.name.substr(0, kNameRoom));
  if (!pool) {
    return fail(pool.error());
  }
  own_pool_ = std::move(*pool);
  pool_ = own_pool_.get();
  return {};
}

Status DpdkPort::make() {
  if (device_.own_buffers) {
    if (auto refilled = refill(); !refilled) {
      return refilled;
    }
  }
  if (device_.vdev) {
    const auto behind = interface() ? look_up(*interface()) : std::nullopt;
    if (behind && is_af_xdp(*device_.vdev)) {
      look_at_program(*behind);
    }
    made_ = complete_device(device_, behind, port_.rx_queues, room_of(pool_));
  }
  const auto id = device_.vdev ? make_device(made_) : find_device(device_.name);
  if (!id) {
    return fail(id.error());
  }
  id_ = *id;
  if (auto ready = set_up(port_, *id_, pool_); !ready) {
    unmake();
    held_ = ::rte_mempool_in_use_count(pool_);
    return ready;
  }
  counters_.begin(*id_);
  held_ = ::rte_mempool_in_use_count(pool_);
  return {};
}

void DpdkPort::unmake() {
  if (!id_) {
    return;
  }
  counters_.end();
  if (::rte_eth_promiscuous_get(*id_) == 1) {
    ::rte_eth_promiscuous_disable(*id_);
  }
  ::rte_eth_dev_stop(*id_);
  ::rte_eth_dev_close(*id_);
  if (device_.vdev) {
    remove_device(device_.name);
  }
  id_.reset();
}

bool DpdkPort::too_small_for(const Interface& interface) const {
  return device_.vdev && frame_size(complete_device(device_, interface, port_.rx_queues,
                                                    room_of(pool_))) > frame_size(made_);
}

bool DpdkPort::needs_peer() const {
  return device_.vdev && device_.vdev->name.starts_with("net_memif") &&
         device_.vdev->argument("role").value_or("client") != "server";
}

uint32_t DpdkPort::largest_frame() const {
  return largest_frame_of(device_, room_of(pool_));
}

Link DpdkPort::driver_link() {
  Link link{.state = arena::PortState::kGone};
  rte_eth_link found{};
  if (!id_ || ::rte_eth_link_get_nowait(*id_, &found) != 0) {
    return link;
  }
  uint16_t mtu = 0;
  ::rte_eth_dev_get_mtu(*id_, &mtu);
  const bool up = found.link_status == RTE_ETH_LINK_UP;
  link.state = up ? arena::PortState::kUp : arena::PortState::kDown;
  link.mtu = mtu;
  // Virtual devices make their speed up.
  const bool known = !device_.vdev && found.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN;
  link.speed_mbps = known ? found.link_speed : 0;
  return link;
}

std::vector<std::unique_ptr<PacketSource>> DpdkPort::queues() {
  std::vector<std::unique_ptr<PacketSource>> sources;
  for (uint16_t queue = 0; queue < port_.rx_queues; ++queue) {
    sources.push_back(std::make_unique<DpdkQueue>(*this, queue));
  }
  return sources;
}

}  // namespace sluice::source
