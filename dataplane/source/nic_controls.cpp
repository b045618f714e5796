#include "dataplane/source/nic_controls.h"

#include <rte_ethdev.h>
#include <rte_flow.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace sluice::source {

bool NicControls::set_list(const std::set<net::MacAddress>& groups) {
  std::vector<rte_ether_addr> addresses;
  for (const net::MacAddress& group : groups) {
    rte_ether_addr address{};
    std::copy(group.begin(), group.end(), address.addr_bytes);
    addresses.push_back(address);
  }
  return ::rte_eth_dev_set_mc_addr_list(port_, addresses.data(),
                                        static_cast<uint32_t>(addresses.size())) == 0;
}

bool NicControls::let_all_multicast_in() {
  return ::rte_eth_allmulticast_enable(port_) == 0;
}

bool NicControls::let_everything_in() {
  return ::rte_eth_promiscuous_enable(port_) == 0;
}

/// A rule that takes every frame with the group bit to our queues: for drivers that deliver nothing
/// without one.
bool NicControls::add_flow_rule() {
  rte_eth_dev_info info{};
  if (::rte_eth_dev_info_get(port_, &info) != 0 || info.nb_rx_queues == 0) {
    return false;
  }
  rte_flow_attr ingress{};
  ingress.ingress = 1;
  rte_flow_item_eth group_bit{};
  group_bit.dst.addr_bytes[0] = 1;
  const std::array<rte_flow_item, 2> pattern = {
      rte_flow_item{
          .type = RTE_FLOW_ITEM_TYPE_ETH, .spec = &group_bit, .last = nullptr, .mask = &group_bit},
      rte_flow_item{.type = RTE_FLOW_ITEM_TYPE_END}};
  const rte_flow_action_queue first{.index = 0};
  std::vector<uint16_t> queues(info.nb_rx_queues);
  std::iota(queues.begin(), queues.end(), uint16_t{0});
  rte_flow_action_rss spread{};
  spread.types = info.flow_type_rss_offloads & (RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP);
  spread.queue_num = info.nb_rx_queues;
  spread.queue = queues.data();
  const bool one = info.nb_rx_queues == 1;
  const std::array<rte_flow_action, 2> actions = {
      rte_flow_action{.type = one ? RTE_FLOW_ACTION_TYPE_QUEUE : RTE_FLOW_ACTION_TYPE_RSS,
                      .conf = one ? static_cast<const void*>(&first) : &spread},
      rte_flow_action{.type = RTE_FLOW_ACTION_TYPE_END, .conf = nullptr}};
  rte_flow_error error{};
  return ::rte_flow_validate(port_, &ingress, pattern.data(), actions.data(), &error) == 0 &&
         ::rte_flow_create(port_, &ingress, pattern.data(), actions.data(), &error) != nullptr;
}

}  // namespace sluice::source
