#include "dataplane/net/igmp.h"

#include "dataplane/net/internet_checksum.h"
#include "dataplane/net/membership_wire.h"

namespace sluice::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uint8_t kQuery = 0x11;
constexpr uint8_t kVersion1Report = 0x12;
constexpr uint8_t kVersion2Report = 0x16;
constexpr uint8_t kLeave = 0x17;
constexpr uint8_t kVersion3Report = 0x22;

constexpr size_t kIpHeader = 24;  // with the router alert option
constexpr size_t kReportHeader = 8;
constexpr size_t kShortMessage = 8;

IpAddress address(const uint8_t (&bytes)[4]) {
  return IpAddress::v4(bytes);
}
const IpAddress kAllSystems = address({224, 0, 0, 1});
const IpAddress kAllRouters = address({224, 0, 0, 2});
const IpAddress kVersion3Routers = address({224, 0, 0, 22});

void set_checksum(std::vector<uint8_t>& bytes, size_t at) {
  const uint16_t checksum = InternetChecksum().add(bytes).value();
  bytes[at] = static_cast<uint8_t>(checksum >> 8);
  bytes[at + 1] = static_cast<uint8_t>(checksum);
}

/// RFC 3376, 7.1: length and code tell the version.
std::optional<MembershipQuery> read_message(Bytes message) {
  constexpr size_t kVersion3Query = 12;
  if (message.size() < kShortMessage || message[0] != kQuery ||
      (message.size() > kShortMessage && message.size() < kVersion3Query) ||
      InternetChecksum().add(message).value() != 0) {
    return std::nullopt;
  }
  MembershipQuery query;
  if (wire::get16(message, 4) != 0 || wire::get16(message, 6) != 0) {
    query.group = IpAddress::v4(&message[4]);
  }
  if (message.size() == kShortMessage) {
    query.dialect = message[1] == 0 ? Dialect::kOldest : Dialect::kOlder;
    query.max_response = message[1] == 0 ? seconds(10) : milliseconds(message[1] * 100);
    return query;
  }
  query.max_response = milliseconds(wire::from_code(message[1], 8) * 100);
  query.robustness = message[8] & 7;
  query.query_interval = seconds(wire::from_code(message[9], 8));
  const size_t sources = wire::get16(message, 10);
  if (message.size() < kVersion3Query + sources * 4) {
    return std::nullopt;
  }
  for (size_t i = 0; i < sources; ++i) {
    query.sources.push_back(IpAddress::v4(&message[kVersion3Query + i * 4]));
  }
  return query;
}

}  // namespace

std::optional<MembershipQuery> Igmp::read_query(Bytes packet) const {
  constexpr size_t kLeastHeader = 20;
  if (packet.size() < kLeastHeader) {
    return std::nullopt;
  }
  const size_t header = (packet[0] & 0x0fU) * size_t{4};
  constexpr uint8_t kProtocolIgmp = 2;
  if (packet[0] >> 4 != 4 || header < kLeastHeader || header > packet.size() ||
      packet[8] != 1 /* TTL */ || packet[9] != kProtocolIgmp) {
    return std::nullopt;
  }
  auto query = read_message(packet.subspan(header));
  if (!query) {
    return std::nullopt;
  }
  const bool general = query->group.is_none();
  // RFC 3376, 9.1: a general query that was sent elsewhere is forged.
  const bool sound = general ? IpAddress::v4(&packet[16]) == kAllSystems && query->sources.empty()
                             : query->group.is_multicast();
  return sound ? query : std::nullopt;
}

bool Igmp::is_reported(const IpAddress& group) const {
  const auto& bytes = group.bytes();
  return group.is_v4() && group.is_multicast() &&
         !(bytes[12] == 224 && bytes[13] == 0 && bytes[14] == 0);
}

MembershipProtocol::Frame Igmp::frame(const IpAddress& to, std::vector<uint8_t> message) const {
  constexpr uint8_t kInternetworkControl = 0xc0;
  constexpr uint16_t kDoNotFragment = 0x4000;
  set_checksum(message, 2);
  std::vector<uint8_t> packet = {0x40 | kIpHeader / 4, kInternetworkControl};
  wire::put16(packet, kIpHeader + message.size());
  wire::put16(packet, 0);  // never fragmented, so never told apart (RFC 6864)
  wire::put16(packet, kDoNotFragment);
  packet.insert(packet.end(), {1 /* TTL */, 2 /* IGMP */, 0, 0});
  wire::put_address(packet, station_.v4, true);
  wire::put_address(packet, to, true);
  packet.insert(packet.end(), {0x94, 4, 0, 0});  // router alert (RFC 2113)
  set_checksum(packet, 10);
  packet.insert(packet.end(), message.begin(), message.end());
  return wire::to_frame(station_, to, vlan_, packet);
}

MembershipProtocol::Frame Igmp::short_message(uint8_t type, const IpAddress& group,
                                              const IpAddress& to) const {
  std::vector<uint8_t> message = {type, 0, 0, 0};
  wire::put_address(message, group, true);
  return frame(to, std::move(message));
}

std::vector<MembershipProtocol::Frame> Igmp::write_records(
    std::span<const GroupRecord> records) const {
  std::vector<Frame> frames;
  for (const auto& report : wire::pack(records, station_.mtu - kIpHeader - kReportHeader, 4)) {
    std::vector<uint8_t> message = {kVersion3Report, 0, 0, 0, 0, 0};
    wire::put16(message, report.size());
    wire::put_records(message, report, true);
    frames.push_back(frame(kVersion3Routers, std::move(message)));
  }
  return frames;
}

MembershipProtocol::Frame Igmp::write_report(Dialect dialect, const IpAddress& group) const {
  return short_message(dialect == Dialect::kOldest ? kVersion1Report : kVersion2Report, group,
                       group);
}

std::optional<MembershipProtocol::Frame> Igmp::write_leave(Dialect dialect,
                                                           const IpAddress& group) const {
  if (dialect == Dialect::kOldest) {
    return std::nullopt;
  }
  return short_message(kLeave, group, kAllRouters);
}

}  // namespace sluice::net
