#pragma once

#include <rte_ethdev.h>

#include <memory>
#include <string>
#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"
#include "dataplane/source/packet_source.h"

namespace sluice::source {

/// A DPDK port, receiving for as long as this lives. One slow thread makes and ends it; its queues
/// are polled by lcores, which must have stopped before it ends.
class DpdkPort {
 public:
  /// Configures and starts the port: queues, all-multicast or promiscuous mode. The error lists the
  /// devices that EAL knows if there is none of that name.
  static Result<DpdkPort> open(const config::Port& port, rte_mempool* pool);

  DpdkPort(DpdkPort&& other) noexcept : id_(std::exchange(other.id_, kNone)) {}
  DpdkPort& operator=(DpdkPort&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~DpdkPort();

  /// One source a queue; the first one has the port's counters.
  std::vector<std::unique_ptr<PacketSource>> queues(const config::Port& port) const;

 private:
  static constexpr uint16_t kNone = RTE_MAX_ETHPORTS;
  explicit DpdkPort(uint16_t id) : id_(id) {}
  uint16_t id_;
};

/// Names of the devices that EAL knows.
std::vector<std::string> dpdk_devices();

}  // namespace sluice::source
