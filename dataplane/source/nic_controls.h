#pragma once

#include <cstdint>

#include "dataplane/source/multicast_filter.h"

namespace sluice::source {

/// The address filter of a port that DPDK drives and that has been started.
class NicControls final : public FilterControls {
 public:
  explicit NicControls(uint16_t port) : port_(port) {}

  bool set_list(const std::set<net::MacAddress>& groups) override;
  bool let_all_multicast_in() override;
  bool let_everything_in() override;
  bool add_flow_rule() override;

 private:
  uint16_t port_;
};

}  // namespace sluice::source
