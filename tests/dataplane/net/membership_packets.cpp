#include "tests/dataplane/net/membership_packets.h"

#include <arpa/inet.h>

namespace sluice::test {

void append16(Buffer& to, size_t value) {
  to.push_back(static_cast<uint8_t>(value >> 8));
  to.push_back(static_cast<uint8_t>(value));
}

void append_address(Buffer& to, const std::string& address) {
  const bool v6 = address.find(':') != std::string::npos;
  const size_t at = to.size();
  to.resize(at + (v6 ? 16 : 4));
  ::inet_pton(v6 ? AF_INET6 : AF_INET, address.c_str(), &to[at]);
}

uint16_t checksum_of(const Buffer& bytes) {
  unsigned long sum = 0;
  for (size_t i = 0; i < bytes.size(); i += 2) {
    sum += bytes[i] * 256UL + (i + 1 < bytes.size() ? bytes[i + 1] : 0);
    if (sum > 0xffff) {
      sum -= 0xffff;
    }
  }
  return static_cast<uint16_t>(0xffff - sum);
}

Buffer IgmpQuery::message() const {
  Buffer bytes = {type, version == 1 ? uint8_t{0} : code, 0, 0};
  append_address(bytes, group);
  if (version == 3) {
    bytes.push_back(qrv);
    bytes.push_back(qqic);
    append16(bytes, source_count >= 0 ? static_cast<size_t>(source_count) : sources.size());
    for (const std::string& source : sources) {
      append_address(bytes, source);
    }
  }
  bytes.insert(bytes.end(), trailer.begin(), trailer.end());
  const int sum = checksum_of(bytes) + wrong_checksum;
  bytes[2] = static_cast<uint8_t>(sum >> 8);
  bytes[3] = static_cast<uint8_t>(sum);
  return bytes;
}

Buffer IgmpQuery::packet() const {
  const Buffer body = message();
  Buffer bytes = {static_cast<uint8_t>(0x45 + options.size() / 4), 0xc0};
  append16(bytes, 20 + options.size() + body.size());
  bytes.insert(bytes.end(), {0, 0, 0, 0, ttl, protocol, 0, 0});
  append_address(bytes, "10.0.0.254");
  append_address(bytes, !destination.empty() ? destination
                        : group == "0.0.0.0" ? "224.0.0.1"
                                             : group);
  bytes.insert(bytes.end(), options.begin(), options.end());
  const uint16_t sum = checksum_of(bytes);
  bytes[10] = static_cast<uint8_t>(sum >> 8);
  bytes[11] = static_cast<uint8_t>(sum);
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

Buffer MldQuery::packet() const {
  Buffer body = {type, 0, 0, 0};
  append16(body, code);
  append16(body, 0);
  append_address(body, group);
  if (version == 2) {
    body.push_back(qrv);
    body.push_back(qqic);
    append16(body, source_count >= 0 ? static_cast<size_t>(source_count) : sources.size());
    for (const std::string& one : sources) {
      append_address(body, one);
    }
  }
  body.insert(body.end(), trailer.begin(), trailer.end());
  const std::string to = !destination.empty() ? destination : group == "::" ? "ff02::1" : group;
  Buffer pseudo;
  append_address(pseudo, source);
  append_address(pseudo, to);
  append16(pseudo, 0);
  append16(pseudo, body.size());
  pseudo.insert(pseudo.end(), {0, 0, 0, 58});
  pseudo.insert(pseudo.end(), body.begin(), body.end());
  const int sum = checksum_of(pseudo) + wrong_checksum;
  body[2] = static_cast<uint8_t>(sum >> 8);
  body[3] = static_cast<uint8_t>(sum);

  Buffer bytes = {0x60, 0, 0, 0};
  append16(bytes, options.size() + body.size());
  bytes.push_back(options.empty() ? 58 : 0);
  bytes.push_back(hop_limit);
  append_address(bytes, source);
  append_address(bytes, to);
  bytes.insert(bytes.end(), options.begin(), options.end());
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

}  // namespace sluice::test
