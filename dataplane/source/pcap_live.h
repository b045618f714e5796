#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/base/result.h"
#include "dataplane/net/ip_address.h"
#include "dataplane/source/packet_source.h"

namespace sluice::source {

/// What libpcap is to capture.
struct PcapLiveSpec {
  std::string interface;
  std::vector<net::IpAddress> destinations;  ///< of the streams: the kernel passes only theirs
};

/// Captures from an interface through libpcap: the fallback where DPDK has no driver. Frames are
/// stamped by the kernel.
Result<std::unique_ptr<PacketSource>> open_pcap_live(const PcapLiveSpec& spec, rte_mempool* pool);

/// The capture filter for datagrams to these addresses, tagged or not: broken ones and fragments
/// are let through to be counted. So many addresses that the kernel's filter machine would not
/// take them are replaced by all of UDP.
std::string capture_filter(const std::vector<net::IpAddress>& destinations);

}  // namespace sluice::source
