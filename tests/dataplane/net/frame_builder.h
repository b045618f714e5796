#pragma once

#include <arpa/inet.h>

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::test {

/// Builds Ethernet frames field by field from the standards' figures, apart from the parser under
/// test. Each field can be set wrong.
class FrameBuilder {
 public:
  using Buffer = std::vector<uint8_t>;

  FrameBuilder& to(const std::string& address, uint16_t to_port) {
    destination = address;
    port = to_port;
    return *this;
  }
  FrameBuilder& from(const std::string& address) {
    source = address;
    return *this;
  }
  FrameBuilder& carrying(Buffer bytes) {
    payload = std::move(bytes);
    return *this;
  }
  FrameBuilder& tagged(uint16_t type, uint16_t control) {
    put16(tags, type);
    put16(tags, control);
    return *this;
  }
  /// An IPv6 extension header of this type; `body` is what follows its first byte.
  FrameBuilder& extended(uint8_t type, Buffer body) {
    extensions.push_back({type, std::move(body)});
    return *this;
  }

  /// RFC 1071 by its definition: one's complement of the one's complement sum.
  static int header_checksum(const Buffer& header) {
    unsigned long sum = 0;
    for (size_t i = 0; i < header.size(); i += 2) {
      sum += header[i] * 256UL + header[i + 1];
      if (sum > 0xffff) {
        sum -= 0xffff;
      }
    }
    return static_cast<int>(0xffff - sum);
  }

  Buffer build() const {
    Buffer frame = {0x01, 0x00, 0x5e, 0x01, 0x01, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01};
    for (const uint8_t byte : tags) {
      frame.push_back(byte);
    }
    const bool v6 = destination.find(':') != std::string::npos;
    put16(frame, ether_type != 0 ? ether_type : v6 ? 0x86dd : 0x0800);
    const Buffer packet = v6 ? ipv6() : ipv4();
    frame.insert(frame.end(), packet.begin(), packet.end());
    frame.insert(frame.end(), padding, 0xee);
    return frame;
  }

  // What is left at -1 is computed.
  std::string source = "10.0.0.1";
  std::string destination = "239.1.1.1";
  uint16_t port = 5000;
  Buffer payload = Buffer(1316, 0x47);
  Buffer tags;
  uint16_t ether_type = 0;
  int version = -1;
  int header_words = -1;
  int total_length = -1;
  int checksum = -1;
  int udp_length = -1;
  int protocol = 17;
  uint16_t identification = 0x1234;
  uint16_t fragment = 0;  // flags and offset as they stand in the header
  Buffer options;         // of IPv4, a multiple of four
  size_t padding = 0;     // bytes behind the IP packet

 private:
  struct Extension {
    uint8_t type;
    Buffer body;
  };
  std::vector<Extension> extensions;

  static void put16(Buffer& to, int value) {
    to.push_back(static_cast<uint8_t>(value >> 8));
    to.push_back(static_cast<uint8_t>(value));
  }

  Buffer udp() const {
    Buffer datagram;
    put16(datagram, 40000);
    put16(datagram, port);
    put16(datagram, udp_length >= 0 ? udp_length : static_cast<int>(payload.size()) + 8);
    put16(datagram, 0);
    datagram.insert(datagram.end(), payload.begin(), payload.end());
    return datagram;
  }

  Buffer ipv4() const {
    const Buffer datagram = udp();
    Buffer packet;
    const int words = header_words >= 0 ? header_words : 5 + static_cast<int>(options.size()) / 4;
    packet.push_back(static_cast<uint8_t>((version >= 0 ? version : 4) << 4 | words));
    packet.push_back(0);
    put16(packet, total_length >= 0 ? total_length
                                    : static_cast<int>(20 + options.size() + datagram.size()));
    put16(packet, identification);
    put16(packet, fragment);
    packet.push_back(4);
    packet.push_back(static_cast<uint8_t>(protocol));
    put16(packet, 0);
    packet.resize(20);
    ::inet_pton(AF_INET, source.c_str(), &packet[12]);
    ::inet_pton(AF_INET, destination.c_str(), &packet[16]);
    packet.insert(packet.end(), options.begin(), options.end());
    const int sum = checksum >= 0 ? checksum : header_checksum(packet);
    packet[10] = static_cast<uint8_t>(sum >> 8);
    packet[11] = static_cast<uint8_t>(sum);
    packet.insert(packet.end(), datagram.begin(), datagram.end());
    return packet;
  }

  Buffer ipv6() const {
    const Buffer datagram = udp();
    Buffer chain;
    for (size_t i = 0; i < extensions.size(); ++i) {
      chain.push_back(i + 1 < extensions.size() ? extensions[i + 1].type
                                                : static_cast<uint8_t>(protocol));
      chain.insert(chain.end(), extensions[i].body.begin(), extensions[i].body.end());
    }
    Buffer packet = {static_cast<uint8_t>((version >= 0 ? version : 6) << 4), 0, 0, 0};
    put16(packet,
          total_length >= 0 ? total_length : static_cast<int>(chain.size() + datagram.size()));
    packet.push_back(extensions.empty() ? static_cast<uint8_t>(protocol) : extensions[0].type);
    packet.push_back(4);
    packet.resize(40);
    const std::string from_v6 = source.find(':') != std::string::npos ? source : "2001:db8::1";
    ::inet_pton(AF_INET6, from_v6.c_str(), &packet[8]);
    ::inet_pton(AF_INET6, destination.c_str(), &packet[24]);
    packet.insert(packet.end(), chain.begin(), chain.end());
    packet.insert(packet.end(), datagram.begin(), datagram.end());
    return packet;
  }
};

}  // namespace sluice::test
