#include "dataplane/net/flow_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace sluice::net {
namespace {

IpAddress address(const char* text) {
  return *IpAddress::parse(text);
}

Frame datagram(const IpAddress& destination, uint16_t port, const IpAddress& source = {},
               uint16_t vlan = 0) {
  Frame frame;
  frame.kind = FrameKind::kDatagram;
  frame.destination = destination;
  frame.source = source;
  frame.port = port;
  frame.vlan = vlan;
  return frame;
}

std::set<uint32_t> streams_of(const FlowTable& table, const Frame& frame) {
  FlowTable::Rules found;
  table.find({&frame, 1}, {&found, 1});
  std::set<uint32_t> streams;
  for (const FlowRule& rule : found) {
    if (rule.matches(frame)) {
      streams.insert(rule.stream);
    }
  }
  return streams;
}

TEST(FlowTable, FindsNothingWhenItIsEmpty) {
  EXPECT_TRUE(streams_of(FlowTable({}), datagram(address("239.1.1.1"), 5000)).empty());
}

TEST(FlowTable, TellsAddressPortSourceAndVlanApart) {
  const auto group = address("239.1.1.1");
  const auto sender = address("10.0.0.1");
  const FlowTable table({{group, 5000, {}, 0, 1},
                         {group, 5001, sender, 0, 2},
                         {group, 5002, {}, 7, 3},
                         {address("ff3e::8000:1"), 5000, {}, 0, 4}});
  using Streams = std::set<uint32_t>;
  EXPECT_EQ(streams_of(table, datagram(group, 5000, sender, 9)), Streams{1});
  EXPECT_EQ(streams_of(table, datagram(group, 5001, sender)), Streams{2});
  EXPECT_EQ(streams_of(table, datagram(group, 5001, address("10.0.0.2"))), Streams{});
  EXPECT_EQ(streams_of(table, datagram(group, 5002, {}, 7)), Streams{3});
  EXPECT_EQ(streams_of(table, datagram(group, 5002, {}, 8)), Streams{});
  EXPECT_EQ(streams_of(table, datagram(group, 5002)), Streams{});
  EXPECT_EQ(streams_of(table, datagram(address("ff3e::8000:1"), 5000)), Streams{4});
  EXPECT_EQ(streams_of(table, datagram(address("239.1.1.2"), 5000)), Streams{});
}

TEST(FlowTable, GivesADatagramToEveryStreamThatItBelongsTo) {
  const auto group = address("239.1.1.1");
  const auto sender = address("10.0.0.1");
  const FlowTable table(
      {{group, 5000, {}, 0, 1}, {group, 5000, sender, 0, 2}, {group, 5000, {}, 7, 3}});
  EXPECT_EQ(streams_of(table, datagram(group, 5000, sender, 7)), (std::set<uint32_t>{1, 2, 3}));
  EXPECT_EQ(streams_of(table, datagram(group, 5000, address("10.0.0.9"))), std::set<uint32_t>{1});
  EXPECT_EQ(table.widest(), 3U);
}

TEST(FlowTable, KnowsItsDestinationsAtAnyPort) {
  const FlowTable table({{address("239.1.1.1"), 5000, {}, 0, 0}});
  EXPECT_TRUE(table.has_destination(address("239.1.1.1")));
  EXPECT_FALSE(table.has_destination(address("239.1.1.2")));
}

IpAddress random_address(std::mt19937& random) {
  // Few values, so that keys collide, and of both families.
  uint8_t bytes[16] = {0xff, 0x3e};
  bytes[14] = static_cast<uint8_t>(random() % 4);
  bytes[15] = static_cast<uint8_t>(random());
  const uint8_t v4[4] = {239, 1, bytes[14], bytes[15]};
  return random() % 2 == 0 ? IpAddress::v4(v4) : IpAddress::v6(bytes);
}

TEST(FlowTable, AgreesWithAMapForFourThousandStreams) {
  std::mt19937 random(42);
  std::multimap<std::pair<IpAddress, uint16_t>, uint32_t> expected;
  std::vector<FlowRule> rules;
  for (uint32_t stream = 0; stream < 4096; ++stream) {
    const auto port = static_cast<uint16_t>(5000 + random() % 8);
    rules.push_back({random_address(random), port, {}, 0, stream});
    expected.emplace(std::pair{rules.back().destination, port}, stream);
  }
  const FlowTable table(rules);
  // Bursts of odd sizes, with frames among them that are no datagrams.
  for (size_t size = 1; size < 100; ++size) {
    std::vector<Frame> frames;
    for (size_t i = 0; i < size; ++i) {
      frames.push_back(
          datagram(random_address(random), static_cast<uint16_t>(5000 + random() % 9)));
      frames.back().kind = random() % 8 == 0 ? FrameKind::kOther : FrameKind::kDatagram;
    }
    std::vector<FlowTable::Rules> found(size);
    table.find(frames, found);
    for (size_t i = 0; i < size; ++i) {
      std::multiset<uint32_t> streams;
      for (const FlowRule& rule : found[i]) {
        streams.insert(rule.stream);
      }
      std::multiset<uint32_t> wanted;
      if (frames[i].kind == FrameKind::kDatagram) {
        const auto [begin, end] = expected.equal_range({frames[i].destination, frames[i].port});
        for (auto at = begin; at != end; ++at) {
          wanted.insert(at->second);
        }
      }
      ASSERT_EQ(streams, wanted) << "frame " << i << " of " << size;
    }
  }
}

}  // namespace
}  // namespace sluice::net
