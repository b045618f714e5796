#pragma once

#include <rte_mempool.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"
#include "dataplane/source/device_plan.h"
#include "dataplane/source/live_port.h"
#include "dataplane/source/packet_pool.h"
#include "dataplane/source/packet_source.h"
#include "dataplane/source/port_counters.h"

namespace sluice::source {

/// A DPDK port that receives, with the virtual device that it makes for that. Outlives its queues.
class DpdkPort final : public LivePort {
 public:
  DpdkPort(const config::Port& port, const DevicePlan& device, rte_mempool* pool)
      : LivePort(port.name, device.interface, port.rx_queues),
        port_(port),
        device_(device),
        shared_pool_(pool),
        pool_(pool) {}
  ~DpdkPort() override { unmake(); }

  /// Makes the device, if it is a virtual one, configures and starts the port. Which multicast its
  /// filter lets in is up to whoever keeps its groups.
  Status make() override;
  void unmake() override;
  bool too_small_for(const Interface& interface) const override;
  bool needs_peer() const override;
  uint32_t largest_frame() const override;
  Link driver_link() override;

  /// One source a queue.
  std::vector<std::unique_ptr<PacketSource>> queues();

  /// DPDK's number of it while it is made; the slow thread may transmit there.
  std::optional<uint16_t> id() const noexcept { return id_; }

 private:
  friend class DpdkQueue;

  const config::Port port_;
  const DevicePlan device_;
  Status refill();

  rte_mempool* const shared_pool_;
  PacketPool own_pool_;  ///< where the device needs one
  unsigned held_ = 0;    ///< buffers of it that the driver keeps while no packet is on its way
  rte_mempool* pool_;    ///< which of the two it fills from
  std::optional<uint16_t> id_;
  Vdev made_;  ///< as it was completed
  PortCounters counters_;
};

}  // namespace sluice::source
