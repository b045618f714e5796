#include "tools/gen/frame_header.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "dataplane/net/internet_checksum.h"
#include "dataplane/net/membership_wire.h"

namespace sluice::gen {
namespace {

constexpr size_t kUdpHeader = 8;

void put16(uint8_t* at, size_t value) {
  at[0] = static_cast<uint8_t>(value >> 8);
  at[1] = static_cast<uint8_t>(value);
}

/// For a unicast address everybody's.
net::MacAddress destination_mac(const net::IpAddress& address) {
  constexpr net::MacAddress kBroadcast{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  return address.is_multicast() ? net::wire::multicast_mac(address) : kBroadcast;
}

}  // namespace

FrameHeader::FrameHeader(const Destination& to, const net::IpAddress& from,
                         const net::MacAddress& source, const std::vector<uint16_t>& vlans,
                         unsigned ttl) {
  const net::MacAddress mac = destination_mac(to.address);
  bytes_.insert(bytes_.end(), mac.begin(), mac.end());
  bytes_.insert(bytes_.end(), source.begin(), source.end());
  for (size_t i = 0; i < vlans.size(); ++i) {
    const bool outer = i + 1 < vlans.size();  // IEEE 802.1ad, else 802.1Q
    bytes_.push_back(outer ? 0x88 : 0x81);
    bytes_.push_back(outer ? 0xa8 : 0x00);
    bytes_.push_back(static_cast<uint8_t>(vlans[i] >> 8));
    bytes_.push_back(static_cast<uint8_t>(vlans[i]));
  }
  const bool v4 = to.address.is_v4();
  bytes_.push_back(v4 ? 0x08 : 0x86);
  bytes_.push_back(v4 ? 0x00 : 0xdd);
  ip_ = bytes_.size();
  if (v4) {
    add_ipv4(to, from, ttl);
  } else {
    add_ipv6(to, from, ttl);
  }
  udp_ = bytes_.size();
  bytes_.resize(udp_ + kUdpHeader);
  put16(&bytes_[udp_], to.port);
  put16(&bytes_[udp_ + 2], to.port);
}

void FrameHeader::add_ipv4(const Destination& to, const net::IpAddress& from, unsigned ttl) {
  const auto& source = from.bytes();
  const auto& destination = to.address.bytes();
  bytes_.insert(bytes_.end(), {0x45, 0, 0, 0, 0, 0, 0x40, 0, static_cast<uint8_t>(ttl), 17, 0, 0});
  bytes_.insert(bytes_.end(), source.begin() + 12, source.end());
  bytes_.insert(bytes_.end(), destination.begin() + 12, destination.end());
}

void FrameHeader::add_ipv6(const Destination& to, const net::IpAddress& from, unsigned ttl) {
  bytes_.insert(bytes_.end(), {0x60, 0, 0, 0, 0, 0, 17, static_cast<uint8_t>(ttl)});
  bytes_.insert(bytes_.end(), from.bytes().begin(), from.bytes().end());
  bytes_.insert(bytes_.end(), to.address.bytes().begin(), to.address.bytes().end());
}

void FrameHeader::write(Bytes payload, uint8_t* out) noexcept {
  std::memcpy(out, bytes_.data(), bytes_.size());
  const size_t udp_length = kUdpHeader + payload.size();
  put16(out + udp_ + 4, udp_length);
  if ((out[ip_] >> 4) == 4) {
    put16(out + ip_ + 2, udp_ - ip_ + udp_length);
    put16(out + ip_ + 4, identification_++);
    put16(out + ip_ + 10, net::InternetChecksum().add({out + ip_, udp_ - ip_}).value());
    return;  // without a checksum of UDP's, which IPv4 does not ask for
  }
  put16(out + ip_ + 4, udp_length);
  const uint8_t pseudo[]{static_cast<uint8_t>(udp_length >> 8), static_cast<uint8_t>(udp_length), 0,
                         IPPROTO_UDP};
  const uint16_t checksum = net::InternetChecksum()
                                .add({out + ip_ + 8, 32})
                                .add(pseudo)
                                .add({out + udp_, kUdpHeader})
                                .add(payload)
                                .value();
  put16(out + udp_ + 6, checksum == 0 ? 0xffff : checksum);
}

Result<net::MacAddress> mac_of(const std::string& interface) {
  ifreq request{};
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
  const int handle = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int code = ::ioctl(handle, SIOCGIFHWADDR, &request);
  const int error = errno;
  ::close(handle);
  if (code != 0) {
    return fail("interface " + interface + ": " + std::strerror(error));
  }
  net::MacAddress mac{};
  std::copy_n(reinterpret_cast<const uint8_t*>(request.ifr_hwaddr.sa_data), mac.size(),
              mac.begin());
  return mac;
}

}  // namespace sluice::gen
