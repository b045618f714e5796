#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::test {

using Buffer = std::vector<uint8_t>;

void append16(Buffer& to, size_t value);

void append_address(Buffer& to, const std::string& address);

/// RFC 1071 by its definition: one's complement of the one's complement sum.
uint16_t checksum_of(const Buffer& bytes);

/// Builds IGMP queries as IPv4 packets from the standards' figures, apart from the code under test.
/// Each field can be set wrong.
struct IgmpQuery {
  int version = 3;
  std::string group = "0.0.0.0";
  std::vector<std::string> sources;
  uint8_t code = 100;  // RFC 2236: tenths of a second
  uint8_t qrv = 2;     // with the S flag
  uint8_t qqic = 125;
  int source_count = -1;   // -1: right
  int wrong_checksum = 0;  // added
  uint8_t type = 0x11;
  uint8_t ttl = 1;
  uint8_t protocol = 2;
  std::string destination = "";  // "": right
  Buffer options = {0x94, 4, 0, 0};
  Buffer trailer;  // behind the message, within the packet

  Buffer message() const;

  Buffer packet() const;
};

/// The same for MLD, as IPv6 packets.
struct MldQuery {
  int version = 2;
  std::string group = "::";
  std::vector<std::string> sources;
  uint16_t code = 10'000;  // milliseconds
  uint8_t qrv = 2;
  uint8_t qqic = 125;
  int source_count = -1;
  int wrong_checksum = 0;
  uint8_t type = 130;
  uint8_t hop_limit = 1;
  std::string source = "fe80::1";
  std::string destination = "";
  Buffer options = {58, 0, 5, 2, 0, 0, 1, 0};
  Buffer trailer;

  Buffer packet() const;
};

}  // namespace sluice::test
