#include <cstdio>
#include <string>

#include "dataplane/net/igmp.h"
#include "dataplane/net/mld.h"

/// Prints every kind of IGMP and MLD message that we can send, one "NAME HEX" a line, for another
/// program to judge.
namespace {

using namespace sluice::net;

IpAddress ip(const std::string& text) {
  return *IpAddress::parse(text);
}

void print(const std::string& name, const MembershipProtocol::Frame& frame) {
  std::printf("%s ", name.c_str());
  for (const uint8_t byte : frame) {
    std::printf("%02x", byte);
  }
  std::printf("\n");
}

void print_all(const std::string& name, const MembershipProtocol& protocol, const IpAddress& group,
               const std::vector<IpAddress>& sources) {
  static constexpr RecordType kTypes[] = {
      RecordType::kModeIsInclude,   RecordType::kModeIsExclude,   RecordType::kChangeToInclude,
      RecordType::kChangeToExclude, RecordType::kAllowNewSources, RecordType::kBlockOldSources};
  std::vector<GroupRecord> records;
  for (const RecordType type : kTypes) {
    for (const auto& some : {std::vector<IpAddress>(), sources}) {
      records.push_back({type, group, some});
      const auto frames = protocol.write_records(std::vector{records.back()});
      print(name + "-record", frames.at(0));
    }
  }
  for (int i = 0; i < 6; ++i) {
    records.insert(records.end(), records.begin(), records.end());
  }
  for (const auto& frame : protocol.write_records(records)) {
    print(name + "-packed", frame);
  }
  for (const Dialect dialect : {Dialect::kOlder, Dialect::kOldest}) {
    print(name + "-report", protocol.write_report(dialect, group));
    if (const auto leave = protocol.write_leave(dialect, group)) {
      print(name + "-leave", *leave);
    }
  }
}

}  // namespace

int main() {
  const Station station{
      .mac = {2, 0, 0, 0, 0, 1}, .v4 = ip("10.1.2.3"), .v6 = ip("fe80::ff:fe00:1")};
  for (const uint16_t vlan : {0, 5}) {
    const std::string tag = vlan == 0 ? "plain" : "tagged";
    print_all(tag + "-igmp", Igmp(station, vlan), ip("232.129.1.1"),
              {ip("10.0.0.1"), ip("10.0.0.2"), ip("10.0.0.3")});
    print_all(tag + "-mld", Mld(station, vlan), ip("ff3e::8000:1"),
              {ip("2001:db8::1"), ip("2001:db8::2")});
  }
  print_all("bare-igmp", Igmp({.mac = station.mac}, 0), ip("239.1.1.1"), {ip("10.0.0.1")});
}
