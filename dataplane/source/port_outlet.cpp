#include "dataplane/source/port_outlet.h"

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <algorithm>

#include "config/base/log.h"
#include "dataplane/source/nic_controls.h"

namespace sluice::source {

PortOutlet::PortOutlet(const config::Port& configured, const DpdkPort& port, rte_mempool* pool)
    : port_(port),
      address_(net::address_of(configured.address)),
      pool_(pool),
      filter_(configured.name, configured.allmulticast) {
  if (!can_send()) {
    spdlog::warn(
        "port {}: it cannot send, so groups are not joined; the network has to send them unasked",
        configured.name);
  }
}

bool PortOutlet::can_send() const {
  rte_eth_dev_info info{};
  return port_.id() && ::rte_eth_dev_info_get(*port_.id(), &info) == 0 && info.nb_tx_queues > 0;
}

net::Station PortOutlet::station() {
  rte_ether_addr mac{};
  uint16_t mtu = 0;
  if (port_.id()) {
    ::rte_eth_macaddr_get(*port_.id(), &mac);
    ::rte_eth_dev_get_mtu(*port_.id(), &mtu);
  }
  net::MacAddress bytes;
  std::copy_n(mac.addr_bytes, bytes.size(), bytes.begin());
  return net::station_of(bytes, mtu, {&address_, 1});
}

void PortOutlet::send(Bytes frame) {
  rte_mbuf* mbuf = can_send() ? ::rte_pktmbuf_alloc(pool_) : nullptr;
  if (mbuf == nullptr) {
    return;
  }
  const auto length = static_cast<uint16_t>(frame.size());
  if (auto* bytes = reinterpret_cast<uint8_t*>(::rte_pktmbuf_append(mbuf, length))) {
    std::copy(frame.begin(), frame.end(), bytes);
    if (::rte_eth_tx_burst(*port_.id(), 0, &mbuf, 1) == 1) {
      return;
    }
  }
  ::rte_pktmbuf_free(mbuf);
}

Status PortOutlet::admit(const std::set<net::MacAddress>& groups) {
  admitted_ = groups;
  if (!port_.id()) {
    return {};
  }
  NicControls nic(*port_.id());
  return filter_.admit(nic, groups);
}

Status PortOutlet::reopen() {
  filter_.forget();
  return admit(std::set<net::MacAddress>(admitted_));
}

}  // namespace sluice::source
