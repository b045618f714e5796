#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/base/result.h"
#include "dataplane/net/ip_address.h"
#include "dataplane/source/live_port.h"
#include "dataplane/source/packet_source.h"

struct pcap;
struct bpf_program;

namespace sluice::source {

/// What libpcap is to capture.
struct PcapLiveSpec {
  std::string interface;
  std::vector<net::IpAddress> destinations;  ///< of the streams: the kernel passes only theirs
};

/// Captures from an interface through libpcap: the fallback where DPDK has no driver. Frames are
/// stamped by the kernel. Outlives its source.
class PcapPort final : public LivePort {
 public:
  PcapPort(PcapLiveSpec spec, rte_mempool* pool)
      : LivePort(spec.interface, spec.interface, 1), spec_(std::move(spec)), pool_(pool) {}

  Status make() override;
  void unmake() override;
  bool broken() const override { return broken_.load(std::memory_order_relaxed); }

  uint32_t largest_frame() const override;

  std::unique_ptr<PacketSource> source();

  /// Has the kernel pass these from now on, also once the port is made anew.
  Status let_through(const std::vector<net::IpAddress>& destinations);

 private:
  friend class PcapSource;
  struct Close {
    void operator()(pcap* handle) const;
  };
  using Handle = std::unique_ptr<pcap, Close>;
  struct FreeProgram {
    void operator()(bpf_program* program) const;
  };
  using Program = std::unique_ptr<bpf_program, FreeProgram>;
  Result<Handle> activate() const;
  Result<Program> compile(const Handle& handle) const;
  Status filter(const Handle& handle) const;
  NicCounters counters();

  PcapLiveSpec spec_;
  rte_mempool* pool_;
  Handle handle_;
  std::atomic<bool> broken_ = false;  ///< set by the lcore that polls
  uint32_t last_drop_ = 0;
  uint32_t last_interface_drop_ = 0;
  uint64_t missed_ = 0;
};

/// The capture filter for datagrams to these addresses, tagged or not: broken ones and fragments
/// are let through to be counted. So many addresses that the kernel's filter machine would not
/// take them are replaced by all of UDP.
std::string capture_filter(const std::vector<net::IpAddress>& destinations);

}  // namespace sluice::source
