#pragma once

#include <cstdint>
#include <vector>

#include "config/base/digest.h"
#include "dataplane/net/station.h"
#include "tools/gen/outlet.h"

namespace sluice::gen {

/// Ethernet, VLAN, IP and UDP headers of a channel's datagrams, ready but for what depends on each:
/// lengths, identification and checksums.
class FrameHeader {
 public:
  FrameHeader(const Destination& to, const net::IpAddress& from, const net::MacAddress& source,
              const std::vector<uint16_t>& vlans, unsigned ttl);

  size_t size() const { return bytes_.size(); }
  /// Writes the headers for this payload to `out`, which has room for `size()` bytes.
  void write(Bytes payload, uint8_t* out) noexcept;

 private:
  void add_ipv4(const Destination& to, const net::IpAddress& from, unsigned ttl);
  void add_ipv6(const Destination& to, const net::IpAddress& from, unsigned ttl);

  std::vector<uint8_t> bytes_;
  size_t ip_ = 0;   // where the IP header begins
  size_t udp_ = 0;  // and UDP's
  uint16_t identification_ = 0;
};

/// The address of an interface of the kernel.
Result<net::MacAddress> mac_of(const std::string& interface);

}  // namespace sluice::gen
