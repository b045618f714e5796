#include "dataplane/net/membership_wire.h"

#include <algorithm>

namespace sluice::net::wire {

void put16(std::vector<uint8_t>& to, size_t value) {
  to.push_back(static_cast<uint8_t>(value >> 8));
  to.push_back(static_cast<uint8_t>(value));
}

void put_address(std::vector<uint8_t>& to, const IpAddress& address, bool v4) {
  to.insert(to.end(), address.bytes().begin() + (v4 ? 12 : 0), address.bytes().end());
}

unsigned from_code(unsigned code, unsigned bits) noexcept {
  const unsigned top = 1U << (bits - 1);
  if (code < top) {
    return code;
  }
  // One bit says so, three are the exponent, the rest is the mantissa without its first bit.
  const unsigned mantissa_bits = bits - 4;
  const unsigned mantissa = code & ((1U << mantissa_bits) - 1);
  const unsigned exponent = code >> mantissa_bits & 7;
  return (mantissa | 1U << mantissa_bits) << (exponent + 3);
}

std::vector<std::vector<GroupRecord>> pack(std::span<const GroupRecord> records, size_t room,
                                           size_t address) {
  const size_t header = 4 + address;
  const size_t most_sources = (room - header) / address;
  std::vector<std::vector<GroupRecord>> reports;
  size_t left = 0;
  for (const GroupRecord& record : records) {
    size_t taken = 0;
    do {
      const size_t sources = std::min(record.sources.size() - taken, most_sources);
      const size_t size = header + sources * address;
      if (size > left) {
        reports.emplace_back();
        left = room;
      }
      left -= size;
      const auto first = record.sources.begin() + static_cast<std::ptrdiff_t>(taken);
      reports.back().push_back(
          {record.type, record.group, {first, first + static_cast<std::ptrdiff_t>(sources)}});
      taken += sources;
    } while (taken < record.sources.size());
  }
  return reports;
}

void put_records(std::vector<uint8_t>& to, std::span<const GroupRecord> records, bool v4) {
  for (const GroupRecord& record : records) {
    to.push_back(static_cast<uint8_t>(record.type));
    to.push_back(0);  // no auxiliary data
    put16(to, record.sources.size());
    put_address(to, record.group, v4);
    for (const IpAddress& source : record.sources) {
      put_address(to, source, v4);
    }
  }
}

MacAddress multicast_mac(const IpAddress& group) noexcept {
  const auto& bytes = group.bytes();
  if (group.is_v4()) {
    return {0x01, 0x00, 0x5e, static_cast<uint8_t>(bytes[13] & 0x7f), bytes[14], bytes[15]};
  }
  return {0x33, 0x33, bytes[12], bytes[13], bytes[14], bytes[15]};
}

std::vector<uint8_t> to_frame(const Station& from, const IpAddress& group, uint16_t vlan,
                              const std::vector<uint8_t>& packet) {
  constexpr size_t kShortest = 60;  // and 4 of FCS
  const auto to = multicast_mac(group);
  std::vector<uint8_t> frame;
  frame.reserve(std::max(packet.size() + 18, kShortest));
  frame.insert(frame.end(), to.begin(), to.end());
  frame.insert(frame.end(), from.mac.begin(), from.mac.end());
  if (vlan != 0) {
    put16(frame, 0x8100);
    put16(frame, vlan);
  }
  put16(frame, group.is_v4() ? 0x0800 : 0x86dd);
  frame.insert(frame.end(), packet.begin(), packet.end());
  frame.resize(std::max(frame.size(), kShortest));
  return frame;
}

}  // namespace sluice::net::wire
