#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "config/base/digest.h"
#include "config/base/result.h"
#include "dataplane/net/ip_address.h"

namespace sluice::tools {

/// The UDP datagrams to one address, port and VLAN within a capture.
struct CaptureFlow {
  net::IpAddress address;
  uint16_t port = 0;
  uint16_t vlan = 0;
  bool rtp = false;
  uint64_t ts_packets = 0;
  uint64_t cut_short = 0;  ///< frames of the capture, of any flow, that are not whole in it

  /// "udp://239.1.1.1:5000" or "rtp://…".
  std::string url() const;
};

/// Whether the file begins as a .pcap or .pcapng does.
bool is_capture(const std::filesystem::path& path);

/// The flows that carry TS packets, the one that carries the most first; an error if there is none.
Result<std::vector<CaptureFlow>> find_ts_flows(const std::filesystem::path& capture);
/// The first of them.
Result<CaptureFlow> find_ts_flow(const std::filesystem::path& capture);

/// Calls `each(payload, arrival_ns)` for the flow's datagrams, in order. An error says that the
/// capture is damaged; what stood before it has been given.
Status read_flow(const std::filesystem::path& capture, const CaptureFlow& flow,
                 const std::function<void(Bytes, int64_t)>& each);

}  // namespace sluice::tools
