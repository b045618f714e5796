#include <gtest/gtest.h>

#include <functional>

#include "dataplane/net/igmp.h"
#include "dataplane/net/membership_wire.h"
#include "dataplane/net/mld.h"
#include "tests/dataplane/net/membership_packets.h"

namespace sluice::net {
namespace {

using namespace std::chrono_literals;
using test::Buffer;
using test::IgmpQuery;
using test::MldQuery;

Igmp igmp() {
  return Igmp({.mac = {2, 0, 0, 0, 0, 1}, .v4 = *IpAddress::parse("10.1.2.3")}, 0);
}
Mld mld() {
  return Mld({.mac = {2, 0, 0, 0, 0, 1}, .v6 = *IpAddress::parse("fe80::ff:fe00:1")}, 0);
}

IpAddress ip(const std::string& text) {
  return *IpAddress::parse(text);
}

TEST(FloatingPointCode, IsThatOfTheStandards) {
  // RFC 3376, 4.1.1: (mant | 0x10) << (exp + 3)
  EXPECT_EQ(wire::from_code(127, 8), 127U);
  EXPECT_EQ(wire::from_code(0x80, 8), 16U << 3);
  EXPECT_EQ(wire::from_code(0x8f, 8), 31U << 3);
  EXPECT_EQ(wire::from_code(0xff, 8), 31744U);
  // RFC 3810, 5.1.3: (mant | 0x1000) << (exp + 3)
  EXPECT_EQ(wire::from_code(32767, 16), 32767U);
  EXPECT_EQ(wire::from_code(0x8000, 16), 0x1000U << 3);
  EXPECT_EQ(wire::from_code(0xffff, 16), 8387584U);
}

TEST(IgmpQueries, TellTheirVersionByLengthAndCode) {
  const auto v1 = igmp().read_query(IgmpQuery{.version = 1}.packet());
  ASSERT_TRUE(v1);
  EXPECT_EQ(v1->dialect, Dialect::kOldest);
  EXPECT_EQ(v1->max_response, 10s);
  const auto v2 = igmp().read_query(IgmpQuery{.version = 2, .code = 255}.packet());
  ASSERT_TRUE(v2);
  EXPECT_EQ(v2->dialect, Dialect::kOlder);
  EXPECT_EQ(v2->max_response, 25'500ms) << "linear in version 2";
  const auto v3 = igmp().read_query(IgmpQuery{.code = 0x8f, .qrv = 0x0b, .qqic = 0x80}.packet());
  ASSERT_TRUE(v3);
  EXPECT_EQ(v3->dialect, Dialect::kNewest);
  EXPECT_EQ(v3->max_response, 24'800ms);
  EXPECT_EQ(v3->robustness, 3U);
  EXPECT_EQ(v3->query_interval, 128s);
  EXPECT_TRUE(v3->group.is_none());
}

TEST(IgmpQueries, NameAGroupAndSources) {
  const auto query = igmp().read_query(
      IgmpQuery{.group = "232.1.1.1", .sources = {"10.0.0.1", "10.0.0.2"}}.packet());
  ASSERT_TRUE(query);
  EXPECT_EQ(query->group, ip("232.1.1.1"));
  EXPECT_EQ(query->sources, (std::vector{ip("10.0.0.1"), ip("10.0.0.2")}));
}

TEST(MldQueries, TellTheirVersionByLength) {
  const auto v1 = mld().read_query(MldQuery{.version = 1, .code = 0xffff}.packet());
  ASSERT_TRUE(v1);
  EXPECT_EQ(v1->dialect, Dialect::kOlder);
  EXPECT_EQ(v1->max_response, 65'535ms) << "linear in version 1";
  const auto v2 = mld().read_query(
      MldQuery{.group = "ff3e::1", .sources = {"2001:db8::1"}, .code = 0x8001, .qrv = 7}.packet());
  ASSERT_TRUE(v2);
  EXPECT_EQ(v2->dialect, Dialect::kNewest);
  EXPECT_EQ(v2->max_response, 32'776ms);
  EXPECT_EQ(v2->robustness, 7U);
  EXPECT_EQ(v2->query_interval, 125s);
  EXPECT_EQ(v2->group, ip("ff3e::1"));
  EXPECT_EQ(v2->sources, std::vector{ip("2001:db8::1")});
}

struct QueryCase {
  std::string name;
  Buffer packet;
  bool sound = false;
};

const QueryCase kIgmpCases[] = {
    {"a general query", IgmpQuery{}.packet(), true},
    {"from a switch without router alert", IgmpQuery{.options = {}}.packet(), true},
    {"with further data", IgmpQuery{.trailer = Buffer(6, 1)}.packet(), true},
    {"wrong checksum", IgmpQuery{.wrong_checksum = 1}.packet()},
    {"TTL 2", IgmpQuery{.ttl = 2}.packet()},
    {"another protocol", IgmpQuery{.protocol = 17}.packet()},
    {"a report", IgmpQuery{.type = 0x22}.packet()},
    {"nine bytes", IgmpQuery{.version = 2, .trailer = {0}}.packet()},
    {"eleven bytes", IgmpQuery{.version = 2, .trailer = {0, 0, 0}}.packet()},
    {"more sources than there are", IgmpQuery{.group = "232.1.1.1", .source_count = 1}.packet()},
    {"a general query with sources", IgmpQuery{.sources = {"10.0.0.1"}}.packet()},
    {"a general query to a group", IgmpQuery{.destination = "239.1.1.1"}.packet()},
    {"about a unicast address", IgmpQuery{.group = "10.0.0.1"}.packet()},
};

const QueryCase kMldCases[] = {
    {"a general query", MldQuery{}.packet(), true},
    {"with further data", MldQuery{.trailer = Buffer(6, 1)}.packet(), true},
    {"alert behind padding",
     MldQuery{.options = {58, 1, 0, 1, 2, 0, 0, 0, 5, 2, 0, 0, 1, 2, 0, 0}}.packet(), true},
    {"wrong checksum", MldQuery{.wrong_checksum = 1}.packet()},
    {"hop limit 2", MldQuery{.hop_limit = 2}.packet()},
    {"from a global address", MldQuery{.source = "2001:db8::1"}.packet()},
    {"from nobody", MldQuery{.source = "::"}.packet()},
    {"without options", MldQuery{.options = {}}.packet()},
    {"without router alert", MldQuery{.options = {58, 0, 1, 4, 0, 0, 0, 0}}.packet()},
    {"alert of another value", MldQuery{.options = {58, 0, 5, 2, 0, 1, 1, 0}}.packet()},
    {"an option over the end", MldQuery{.options = {58, 0, 9, 5, 0, 0, 0, 0}}.packet()},
    {"a report", MldQuery{.type = 143}.packet()},
    {"25 bytes", MldQuery{.version = 1, .trailer = {0}}.packet()},
    {"27 bytes", MldQuery{.version = 1, .trailer = {0, 0, 0}}.packet()},
    {"more sources than there are", MldQuery{.group = "ff3e::1", .source_count = 1}.packet()},
    {"a general query with sources", MldQuery{.sources = {"2001:db8::1"}}.packet()},
    {"a general query elsewhere", MldQuery{.destination = "ff02::2"}.packet()},
    {"about a unicast address", MldQuery{.group = "2001:db8::1"}.packet()},
};

TEST(IgmpQueries, AreValidated) {
  for (const QueryCase& tested : kIgmpCases) {
    EXPECT_EQ(igmp().read_query(tested.packet).has_value(), tested.sound) << tested.name;
  }
}

TEST(MldQueries, AreValidated) {
  for (const QueryCase& tested : kMldCases) {
    EXPECT_EQ(mld().read_query(tested.packet).has_value(), tested.sound) << tested.name;
  }
}

template <typename Protocol>
void expect_nothing_when_cut(const Protocol& protocol, const Buffer& packet) {
  for (size_t length = 0; length < packet.size(); ++length) {
    const std::unique_ptr<uint8_t[]> exact(new uint8_t[length]);
    std::copy_n(packet.begin(), length, exact.get());
    EXPECT_FALSE(protocol.read_query({exact.get(), length})) << length;
  }
}

TEST(Queries, CutAnywhereAreNone) {
  expect_nothing_when_cut(
      igmp(), IgmpQuery{.group = "232.1.1.1", .sources = {"10.0.0.1", "10.0.0.2"}}.packet());
  expect_nothing_when_cut(mld(), MldQuery{.group = "ff3e::1", .sources = {"2001:db8::1"}}.packet());
}

TEST(IgmpReports, AreTheStandardsBytes) {
  // Ethernet; IPv4 of TOS 0xc0, DF, TTL 1, router alert; IGMPv3 report with one record
  const std::vector<GroupRecord> records = {
      {RecordType::kAllowNewSources, ip("232.129.1.1"), {ip("10.0.0.1")}}};
  const auto frames = igmp().write_records(records);
  ASSERT_EQ(frames.size(), 1U);
  Buffer expected = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x16, 2,   0, 0,    0,  0, 1,  0x08, 0x00, 0x46,
                     0xc0, 0x00, 44,   0,    0,    0x40, 0,   1, 2,    0,  0, 10, 1,    2,    3,
                     224,  0,    0,    22,   0x94, 4,    0,   0, 0x22, 0,  0, 0,  0,    0,    0,
                     1,    5,    0,    0,    1,    232,  129, 1, 1,    10, 0, 0,  1};
  const uint16_t header = test::checksum_of({expected.begin() + 14, expected.begin() + 38});
  expected[24] = static_cast<uint8_t>(header >> 8);
  expected[25] = static_cast<uint8_t>(header);
  const uint16_t message = test::checksum_of({expected.begin() + 38, expected.end()});
  expected[40] = static_cast<uint8_t>(message >> 8);
  expected[41] = static_cast<uint8_t>(message);
  expected.resize(60);
  EXPECT_EQ(frames[0], expected);
}

TEST(IgmpReports, OfOlderVersionsGoToTheGroupAndLeavesToTheRouters) {
  const auto group = ip("239.129.2.3");
  const auto report = igmp().write_report(Dialect::kOlder, group);
  EXPECT_EQ(report[38], 0x16);
  EXPECT_EQ((Buffer{report.begin(), report.begin() + 6}), (Buffer{1, 0, 0x5e, 1, 2, 3}));
  EXPECT_EQ(IpAddress::v4(&report[30]), group);
  EXPECT_EQ(IpAddress::v4(&report[42]), group);
  EXPECT_EQ(igmp().write_report(Dialect::kOldest, group)[38], 0x12);
  const auto leave = igmp().write_leave(Dialect::kOlder, group);
  ASSERT_TRUE(leave);
  EXPECT_EQ((*leave)[38], 0x17);
  EXPECT_EQ(IpAddress::v4(&(*leave)[30]), ip("224.0.0.2"));
  EXPECT_EQ(IpAddress::v4(&(*leave)[42]), group);
  EXPECT_FALSE(igmp().write_leave(Dialect::kOldest, group));
}

TEST(MldReports, AreTheStandardsBytes) {
  const std::vector<GroupRecord> records = {{RecordType::kModeIsExclude, ip("ff1e::8000:1"), {}}};
  const auto frames = mld().write_records(records);
  ASSERT_EQ(frames.size(), 1U);
  const auto& frame = frames[0];
  EXPECT_EQ((Buffer{frame.begin(), frame.begin() + 6}), (Buffer{0x33, 0x33, 0, 0, 0, 0x16}));
  EXPECT_EQ((Buffer{frame.begin() + 12, frame.begin() + 22}),
            (Buffer{0x86, 0xdd, 0x60, 0, 0, 0, 0, 36, 0, 1}));
  EXPECT_EQ(IpAddress::v6(&frame[22]), ip("fe80::ff:fe00:1"));
  EXPECT_EQ(IpAddress::v6(&frame[38]), ip("ff02::16"));
  EXPECT_EQ((Buffer{frame.begin() + 54, frame.begin() + 64}),
            (Buffer{58, 0, 5, 2, 0, 0, 1, 0, 143, 0}));
  EXPECT_EQ((Buffer{frame.begin() + 66, frame.begin() + 74}), (Buffer{0, 0, 0, 1, 2, 0, 0, 0}));
  EXPECT_EQ(IpAddress::v6(&frame[74]), ip("ff1e::8000:1"));
  EXPECT_EQ(frame.size(), 90U);
}

TEST(MldReports, OfVersion1GoToTheGroupAndDoneToTheRouters) {
  const auto group = ip("ff1e::8000:1");
  const auto report = mld().write_report(Dialect::kOlder, group);
  EXPECT_EQ(report[62], 131);
  EXPECT_EQ(IpAddress::v6(&report[38]), group);
  const auto done = mld().write_leave(Dialect::kOlder, group);
  ASSERT_TRUE(done);
  EXPECT_EQ((*done)[62], 132);
  EXPECT_EQ(IpAddress::v6(&(*done)[38]), ip("ff02::2"));
}

TEST(Reports, CarryTheTagOfTheirVlan) {
  const auto frame = Igmp({}, 5).write_report(Dialect::kOlder, ip("239.1.1.1"));
  EXPECT_EQ((Buffer{frame.begin() + 12, frame.begin() + 18}), (Buffer{0x81, 0, 0, 5, 8, 0}));
}

TEST(Reports, ComeFromNobodyWhereThereIsNoAddress) {
  const auto frame = Igmp({}, 0).write_report(Dialect::kOlder, ip("239.1.1.1"));
  EXPECT_EQ(IpAddress::v4(&frame[26]), ip("0.0.0.0"));
}

TEST(Reports, AreAsFewAsTheMtuAllows) {
  std::vector<GroupRecord> records;
  for (uint8_t i = 0; i < 250; ++i) {
    for (uint8_t j = 1; j <= 2; ++j) {
      const uint8_t bytes[4] = {239, 1, j, i};
      records.push_back({RecordType::kModeIsExclude, IpAddress::v4(bytes), {}});
    }
  }
  const auto frames = igmp().write_records(records);
  EXPECT_EQ(frames.size(), 3U) << "500 records of 8 bytes, 183 to a packet of 1500";
  size_t told = 0;
  for (const auto& frame : frames) {
    EXPECT_LE(frame.size(), 1514U);
    told += frame[44] * 256U + frame[45];
  }
  EXPECT_EQ(told, 500U);
}

TEST(Reports, SplitARecordThatIsLongerThanAPacket) {
  GroupRecord record{RecordType::kModeIsInclude, ip("232.1.1.1"), {}};
  for (uint8_t i = 0; i < 200; ++i) {
    for (uint8_t j = 0; j < 5; ++j) {
      const uint8_t bytes[4] = {10, 1, j, i};
      record.sources.push_back(IpAddress::v4(bytes));
    }
  }
  const auto frames = igmp().write_records(std::vector{record});
  ASSERT_EQ(frames.size(), 3U);
  size_t sources = 0;
  for (const auto& frame : frames) {
    EXPECT_LE(frame.size(), 1514U);
    EXPECT_EQ(frame[46], 1) << "its type";
    EXPECT_EQ(IpAddress::v4(&frame[50]), record.group);
    sources += frame[48] * 256U + frame[49];
  }
  EXPECT_EQ(sources, 1000U);
}

TEST(Groups, OfTheLinkItselfAreNotReported) {
  EXPECT_FALSE(igmp().is_reported(ip("224.0.0.1")));
  EXPECT_FALSE(igmp().is_reported(ip("224.0.0.251")));
  EXPECT_FALSE(igmp().is_reported(ip("10.0.0.1")));
  EXPECT_TRUE(igmp().is_reported(ip("224.0.1.1")));
  EXPECT_TRUE(igmp().is_reported(ip("239.1.1.1")));
  EXPECT_FALSE(mld().is_reported(ip("ff02::1")));
  EXPECT_FALSE(mld().is_reported(ip("ff01::5")));
  EXPECT_FALSE(mld().is_reported(ip("ff10::5")));
  EXPECT_FALSE(mld().is_reported(ip("239.1.1.1")));
  EXPECT_TRUE(mld().is_reported(ip("ff02::fb")));
  EXPECT_TRUE(mld().is_reported(ip("ff3e::8000:1")));
}

TEST(LinkLocalAddress, ComesFromTheEthernetAddress) {
  EXPECT_EQ(link_local_address({0x52, 0x54, 0x00, 0x12, 0x34, 0x56}),
            ip("fe80::5054:ff:fe12:3456"));
}

TEST(Station, TakesTheFirstAddressThatFits) {
  const std::vector<IpAddress> addresses = {IpAddress(), ip("2001:db8::1"), ip("10.1.2.3"),
                                            ip("fe80::5"), ip("10.1.2.4")};
  const Station station = station_of({2, 0, 0, 0, 0, 1}, 9000, addresses);
  EXPECT_EQ(station.v4, ip("10.1.2.3"));
  EXPECT_EQ(station.v6, ip("fe80::5"));
  EXPECT_EQ(station.mtu, 1500U);
  EXPECT_EQ(station_of({2, 0, 0, 0, 0, 1}, 0, {}).v6, ip("fe80::ff:fe00:1"));
  EXPECT_EQ(address_of("10.1.2.3/24"), ip("10.1.2.3"));
  EXPECT_TRUE(address_of("").is_none());
}

}  // namespace
}  // namespace sluice::net
