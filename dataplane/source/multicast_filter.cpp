#include "dataplane/source/multicast_filter.h"

#include <rte_ethdev.h>
#include <rte_flow.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "config/base/log.h"

namespace sluice::source {
namespace {

using config::AllMulticast;

bool set_list(uint16_t port, const std::set<net::MacAddress>& groups) {
  std::vector<rte_ether_addr> addresses;
  for (const net::MacAddress& group : groups) {
    rte_ether_addr address{};
    std::copy(group.begin(), group.end(), address.addr_bytes);
    addresses.push_back(address);
  }
  return ::rte_eth_dev_set_mc_addr_list(port, addresses.data(),
                                        static_cast<uint32_t>(addresses.size())) == 0;
}

/// A rule that takes every frame with the group bit to our queues: for drivers that deliver nothing
/// without one.
bool add_flow_rule(uint16_t port) {
  rte_eth_dev_info info{};
  if (::rte_eth_dev_info_get(port, &info) != 0 || info.nb_rx_queues == 0) {
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
  return ::rte_flow_validate(port, &ingress, pattern.data(), actions.data(), &error) == 0 &&
         ::rte_flow_create(port, &ingress, pattern.data(), actions.data(), &error) != nullptr;
}

}  // namespace

Status MulticastFilter::admit(uint16_t port, const std::set<net::MacAddress>& groups) {
  if (way_ > Way::kList) {
    return {};  // it lets everything in already
  }
  if (choice_ != AllMulticast::kOn && set_list(port, groups)) {
    note(Way::kList, groups.size());
    return {};
  }
  if (choice_ == AllMulticast::kOff) {
    return fail("port " + name_ + ": its driver does not take a list of " +
                std::to_string(groups.size()) +
                " multicast addresses, and allmulticast is off; leave it at auto");
  }
  const Way way = open_wide(port);
  if (way == Way::kNoFilter && choice_ == AllMulticast::kOn) {
    return fail("port " + name_ +
                ": its driver can set neither all-multicast nor promiscuous mode, nor a flow rule");
  }
  note(way, groups.size());
  return {};
}

MulticastFilter::Way MulticastFilter::open_wide(uint16_t port) {
  if (::rte_eth_allmulticast_enable(port) == 0) {
    return Way::kAllMulticast;
  }
  if (::rte_eth_promiscuous_enable(port) == 0) {
    return Way::kPromiscuous;
  }
  return add_flow_rule(port) ? Way::kFlowRule : Way::kNoFilter;
}

void MulticastFilter::note(Way way, size_t groups) {
  if (std::exchange(way_, way) == way) {
    return;
  }
  switch (way) {
    case Way::kNone:
      break;
    case Way::kList:
      spdlog::info("port {}: lets {} multicast addresses in, by a list", name_, groups);
      break;
    case Way::kAllMulticast:
      spdlog::info("port {}: lets all multicast in", name_);
      break;
    case Way::kPromiscuous:
      spdlog::info("port {}: lets everything in (promiscuous)", name_);
      break;
    case Way::kFlowRule:
      spdlog::info("port {}: lets all multicast in, by a flow rule", name_);
      break;
    case Way::kNoFilter:
      spdlog::debug("port {}: has no address filter", name_);
      break;
  }
}

}  // namespace sluice::source
