#pragma once

#include <rte_mempool.h>

#include <set>

#include "config/appliance.h"
#include "dataplane/net/frame_outlet.h"
#include "dataplane/source/dpdk_port.h"
#include "dataplane/source/multicast_filter.h"

namespace sluice::source {

/// What we say ourselves on a DPDK port, of which the kernel knows nothing. It goes out through
/// transmit queue 0, which nobody else uses. Belongs to the slow thread.
class PortOutlet final : public net::FrameOutlet {
 public:
  /// @param port  outlives this; while it is not made, what is to be sent is dropped
  PortOutlet(const config::Port& configured, const DpdkPort& port, rte_mempool* pool);

  net::Station station() override;
  void send(Bytes frame) override;
  Status admit(const std::set<net::MacAddress>& groups) override;
  Status reopen() override;

 private:
  bool can_send() const;

  const DpdkPort& port_;
  net::IpAddress address_;
  rte_mempool* pool_;
  MulticastFilter filter_;
  std::set<net::MacAddress> admitted_;
};

}  // namespace sluice::source
