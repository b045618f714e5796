#include "dataplane/source/dpdk_port.h"

#include <rte_errno.h>

#include <algorithm>

#include "config/base/log.h"

namespace sluice::source {
namespace {

constexpr uint16_t kDescriptors = 4096;

class DpdkQueue final : public PacketSource {
 public:
  DpdkQueue(std::string device, uint16_t port, uint16_t queue)
      : PacketSource(std::move(device), {}), port_(port), queue_(queue) {}

  uint16_t receive(std::span<rte_mbuf*> mbufs) noexcept override {
    return ::rte_eth_rx_burst(port_, queue_, mbufs.data(), static_cast<uint16_t>(mbufs.size()));
  }

  NicCounters counters() override {
    rte_eth_stats stats{};
    rte_eth_link link{};
    if (queue_ != 0 || ::rte_eth_stats_get(port_, &stats) != 0) {
      return {};
    }
    ::rte_eth_link_get_nowait(port_, &link);
    return {.missed = stats.imissed,
            .errors = stats.ierrors,
            .no_mbuf = stats.rx_nombuf,
            .link_up = link.link_status == RTE_ETH_LINK_UP};
  }

 private:
  uint16_t port_;
  uint16_t queue_;
};

std::string device_list() {
  std::string names;
  for (const std::string& device : dpdk_devices()) {
    names += (names.empty() ? "" : ", ") + device;
  }
  return names.empty() ? "none" : names;
}

Error dpdk_error(const config::Port& port, const std::string& what, int code) {
  return {Next::kGiveUp,
          "port " + port.device + ": cannot " + what + ": " + ::rte_strerror(std::abs(code))};
}

rte_eth_conf port_configuration(const config::Port& port, const rte_eth_dev_info& info) {
  rte_eth_conf configuration{};
  if (port.rx_queues > 1) {
    configuration.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    configuration.rx_adv_conf.rss_conf.rss_hf =
        info.flow_type_rss_offloads & (RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP);
  }
  return configuration;
}

/// Multicast must pass the NIC's address filter. All of it rather than a list: many NICs have
/// filters for 64 groups only, or cannot take a list. An interface of the kernel's has its filter
/// set by the kernel when a group is joined, and would be left promiscuous by a killed process.
Status pass_multicast(const config::Port& port, uint16_t id, bool is_kernels) {
  if (port.allmulticast == config::AllMulticast::kOff ||
      (port.allmulticast == config::AllMulticast::kAuto && is_kernels)) {
    return {};
  }
  if (::rte_eth_allmulticast_enable(id) == 0 || ::rte_eth_promiscuous_enable(id) == 0) {
    return {};
  }
  if (port.allmulticast == config::AllMulticast::kOn) {
    return fail("port " + port.device +
                ": its driver can set neither all-multicast nor promiscuous mode");
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
  const auto queues = static_cast<uint16_t>(port.rx_queues);
  // Some virtual devices need a transmit queue for each receive queue to start at all.
  const auto transmit = std::min(queues, info.max_tx_queues);
  const rte_eth_conf configuration = port_configuration(port, info);
  if (const int code = ::rte_eth_dev_configure(id, queues, transmit, &configuration); code != 0) {
    return fail(dpdk_error(port, "be configured", code));
  }
  uint16_t receive_descriptors = kDescriptors;
  uint16_t transmit_descriptors = 64;
  ::rte_eth_dev_adjust_nb_rx_tx_desc(id, &receive_descriptors, &transmit_descriptors);
  for (uint16_t queue = 0; queue < queues; ++queue) {
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
  if (auto passed = pass_multicast(port, id, info.if_index != 0); !passed) {
    return passed;
  }
  if (const int code = ::rte_eth_dev_start(id); code != 0) {
    return fail(dpdk_error(port, "be started", code));
  }
  return {};
}

}  // namespace

std::vector<std::string> dpdk_devices() {
  std::vector<std::string> names;
  for (uint64_t id = ::rte_eth_find_next(0); id < RTE_MAX_ETHPORTS;
       id = ::rte_eth_find_next(static_cast<uint16_t>(id + 1))) {
    char name[RTE_ETH_NAME_MAX_LEN];
    if (::rte_eth_dev_get_name_by_port(static_cast<uint16_t>(id), name) == 0) {
      names.emplace_back(name);
    }
  }
  return names;
}

Result<DpdkPort> DpdkPort::open(const config::Port& port, rte_mempool* pool) {
  uint16_t id = kNone;
  if (::rte_eth_dev_get_port_by_name(port.device.c_str(), &id) != 0) {
    return fail(
        "dataplane.ports: there is no DPDK device \"" + port.device +
        "\"; there is: " + device_list() +
        " (dataplane.eal makes devices: --vdev=net_af_packet0,iface=eth1 or -a PCI-ADDRESS)");
  }
  DpdkPort opened(id);
  if (auto ready = set_up(port, id, pool); !ready) {
    return fail(ready.error());
  }
  return opened;
}

DpdkPort::~DpdkPort() {
  if (id_ != kNone) {
    if (::rte_eth_promiscuous_get(id_) == 1) {
      ::rte_eth_promiscuous_disable(id_);
    }
    ::rte_eth_dev_stop(id_);
    ::rte_eth_dev_close(id_);
  }
}

std::vector<std::unique_ptr<PacketSource>> DpdkPort::queues(const config::Port& port) const {
  std::vector<std::unique_ptr<PacketSource>> sources;
  for (uint16_t queue = 0; queue < port.rx_queues; ++queue) {
    const std::string name = queue == 0 ? port.device : port.device + "/" + std::to_string(queue);
    sources.push_back(std::make_unique<DpdkQueue>(name, id_, queue));
  }
  return sources;
}

}  // namespace sluice::source
