#include "dataplane/source/multicast_filter.h"

#include <utility>

#include "config/base/log.h"

namespace sluice::source {

using config::AllMulticast;

Status MulticastFilter::admit(FilterControls& nic, const std::set<net::MacAddress>& groups) {
  if (way_ > Way::kList) {
    return {};  // it lets everything in already
  }
  if (choice_ != AllMulticast::kOn && nic.set_list(groups)) {
    note(Way::kList, groups.size());
    return {};
  }
  if (choice_ == AllMulticast::kOff) {
    return fail("port " + name_ + ": its driver does not take a list of " +
                std::to_string(groups.size()) +
                " multicast addresses, and allmulticast is off; leave it at auto");
  }
  const Way way = open_wide(nic);
  if (way == Way::kNoFilter && choice_ == AllMulticast::kOn) {
    return fail("port " + name_ +
                ": its driver can set neither all-multicast nor promiscuous mode, nor a flow rule");
  }
  note(way, groups.size());
  return {};
}

MulticastFilter::Way MulticastFilter::open_wide(FilterControls& nic) {
  if (nic.let_all_multicast_in()) {
    return Way::kAllMulticast;
  }
  if (nic.let_everything_in()) {
    return Way::kPromiscuous;
  }
  return nic.add_flow_rule() ? Way::kFlowRule : Way::kNoFilter;
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
