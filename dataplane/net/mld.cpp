#include "dataplane/net/mld.h"

#include <algorithm>

#include "dataplane/net/internet_checksum.h"
#include "dataplane/net/membership_wire.h"

namespace sluice::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uint8_t kQuery = 130;
constexpr uint8_t kVersion1Report = 131;
constexpr uint8_t kDone = 132;
constexpr uint8_t kVersion2Report = 143;

constexpr uint8_t kHopByHop = 0;
constexpr uint8_t kIcmpv6 = 58;
constexpr uint8_t kRouterAlert = 5;
constexpr size_t kIpHeader = 40;
constexpr size_t kOptions = 8;
constexpr size_t kReportHeader = 8;
constexpr size_t kShortMessage = 24;

IpAddress link_local_group(uint8_t last) {
  const uint8_t bytes[16] = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last};
  return IpAddress::v6(bytes);
}
const IpAddress kAllNodes = link_local_group(1);
const IpAddress kAllRouters = link_local_group(2);
const IpAddress kVersion2Routers = link_local_group(0x16);

/// RFC 8200, 8.1: over a pseudo-header as well.
uint16_t checksum(Bytes source, Bytes destination, Bytes message) {
  const auto length = static_cast<uint32_t>(message.size());
  const std::array<uint8_t, 8> rest = {static_cast<uint8_t>(length >> 24),
                                       static_cast<uint8_t>(length >> 16),
                                       static_cast<uint8_t>(length >> 8),
                                       static_cast<uint8_t>(length),
                                       0,
                                       0,
                                       0,
                                       kIcmpv6};
  return InternetChecksum().add(source).add(destination).add(rest).add(message).value();
}

/// Whether a hop-by-hop header holds a router alert of value 0 (RFC 2711).
bool alerts_routers(Bytes options) {
  for (size_t at = 2; at < options.size();) {
    constexpr uint8_t kPad1 = 0;
    if (options[at] == kPad1) {
      ++at;
      continue;
    }
    if (at + 2 > options.size() || at + 2 + options[at + 1] > options.size()) {
      return false;
    }
    if (options[at] == kRouterAlert) {
      return options[at + 1] == 2 && wire::get16(options, at + 2) == 0;
    }
    at += 2 + size_t{options[at + 1]};
  }
  return false;
}

/// RFC 3810, 8.1: the length tells the version.
std::optional<MembershipQuery> read_message(Bytes message) {
  constexpr size_t kVersion2Query = 28;
  if (message.size() < kShortMessage || message[0] != kQuery || message[1] != 0 ||
      (message.size() > kShortMessage && message.size() < kVersion2Query)) {
    return std::nullopt;
  }
  MembershipQuery query;
  query.group = IpAddress::v6(&message[8]);  // :: = none
  const unsigned code = wire::get16(message, 4);
  if (message.size() == kShortMessage) {
    query.dialect = Dialect::kOlder;
    query.max_response = milliseconds(code);
    return query;
  }
  query.max_response = milliseconds(wire::from_code(code, 16));
  query.robustness = message[24] & 7;
  query.query_interval = seconds(wire::from_code(message[25], 8));
  const size_t sources = wire::get16(message, 26);
  if (message.size() < kVersion2Query + sources * 16) {
    return std::nullopt;
  }
  for (size_t i = 0; i < sources; ++i) {
    query.sources.push_back(IpAddress::v6(&message[kVersion2Query + i * 16]));
  }
  return query;
}

}  // namespace

/// RFC 3810, 6.2 and 5.1.14: from a link-local address, hop limit 1, with a router alert.
std::optional<MembershipQuery> Mld::read_query(Bytes packet) const {
  if (packet.size() < kIpHeader + kOptions || packet[0] >> 4 != 6 || packet[6] != kHopByHop ||
      packet[7] != 1 || !is_link_local(IpAddress::v6(&packet[8]))) {
    return std::nullopt;
  }
  const size_t options = 8 + packet[kIpHeader + 1] * size_t{8};
  if (packet[kIpHeader] != kIcmpv6 || packet.size() < kIpHeader + options ||
      !alerts_routers(packet.subspan(kIpHeader, options))) {
    return std::nullopt;
  }
  const Bytes message = packet.subspan(kIpHeader + options);
  if (checksum(packet.subspan(8, 16), packet.subspan(24, 16), message) != 0) {
    return std::nullopt;
  }
  auto query = read_message(message);
  if (!query) {
    return std::nullopt;
  }
  const bool sound = query->group.is_none()
                         ? IpAddress::v6(&packet[24]) == kAllNodes && query->sources.empty()
                         : query->group.is_multicast() && !query->group.is_v4();
  return sound ? query : std::nullopt;
}

bool Mld::is_reported(const IpAddress& group) const {
  constexpr uint8_t kScope = 0x0f;
  constexpr uint8_t kInterfaceLocal = 1;
  return !group.is_v4() && group.is_multicast() && (group.bytes()[1] & kScope) > kInterfaceLocal &&
         group != kAllNodes;
}

MembershipProtocol::Frame Mld::frame(const IpAddress& to, std::vector<uint8_t> message) const {
  const uint16_t sum = checksum(station_.v6.bytes(), to.bytes(), message);
  message[2] = static_cast<uint8_t>(sum >> 8);
  message[3] = static_cast<uint8_t>(sum);
  std::vector<uint8_t> packet = {0x60, 0, 0, 0};
  wire::put16(packet, kOptions + message.size());
  packet.insert(packet.end(), {kHopByHop, 1 /* hop limit */});
  wire::put_address(packet, station_.v6, false);
  wire::put_address(packet, to, false);
  packet.insert(packet.end(), {kIcmpv6, 0, kRouterAlert, 2, 0, 0, 1 /* PadN */, 0});
  packet.insert(packet.end(), message.begin(), message.end());
  return wire::to_frame(station_, to, vlan_, packet);
}

MembershipProtocol::Frame Mld::short_message(uint8_t type, const IpAddress& group,
                                             const IpAddress& to) const {
  std::vector<uint8_t> message = {type, 0, 0, 0, 0, 0, 0, 0};
  wire::put_address(message, group, false);
  return frame(to, std::move(message));
}

std::vector<MembershipProtocol::Frame> Mld::write_records(
    std::span<const GroupRecord> records) const {
  std::vector<Frame> frames;
  const size_t room = station_.mtu - kIpHeader - kOptions - kReportHeader;
  for (const auto& report : wire::pack(records, room, 16)) {
    std::vector<uint8_t> message = {kVersion2Report, 0, 0, 0, 0, 0};
    wire::put16(message, report.size());
    wire::put_records(message, report, false);
    frames.push_back(frame(kVersion2Routers, std::move(message)));
  }
  return frames;
}

MembershipProtocol::Frame Mld::write_report(Dialect, const IpAddress& group) const {
  return short_message(kVersion1Report, group, group);
}

std::optional<MembershipProtocol::Frame> Mld::write_leave(Dialect, const IpAddress& group) const {
  return short_message(kDone, group, kAllRouters);
}

}  // namespace sluice::net
