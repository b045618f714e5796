#include "dataplane/lcore/flow_tables.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

#include "tests/dataplane/lcore/eal_environment.h"

namespace sluice::lcore {
namespace {

using net::IpAddress;

std::vector<net::FlowRule> rules(uint32_t stream) {
  std::vector<net::FlowRule> out;
  for (uint16_t port = 5000; port < 5064; ++port) {
    out.push_back({*IpAddress::parse("239.1.1.1"), port, {}, 0, stream});
  }
  return out;
}

/// What a table says of one datagram; every rule of one table names the same stream.
uint32_t stream_in(const net::FlowTable& table, uint16_t port) {
  std::array<net::Frame, 1> frames{};
  frames[0].kind = net::FrameKind::kDatagram;
  frames[0].destination = *IpAddress::parse("239.1.1.1");
  frames[0].port = port;
  std::array<net::FlowTable::Rules, 1> found;
  table.find(frames, found);
  return found[0].empty() ? UINT32_MAX : found[0].front().stream;
}

TEST(FlowTables, BeginEmptyAndAreExchanged) {
  Quiescence quiescence(1);
  FlowTables tables(2, quiescence);
  EXPECT_EQ(stream_in(*tables.of(0).load(), 5000), UINT32_MAX);
  tables.publish(1, rules(7));
  EXPECT_EQ(stream_in(*tables.of(0).load(), 5000), UINT32_MAX);
  EXPECT_EQ(stream_in(*tables.of(1).load(), 5000), 7U);
}

TEST(FlowTables, KeepATableUntilEveryReaderHasLetGoOfIt) {
  Quiescence quiescence(2);
  FlowTables tables(1, quiescence);
  quiescence.enter(0);
  quiescence.enter(1);
  tables.publish(0, rules(1));
  EXPECT_EQ(tables.collect(), 1U);
  quiescence.passed(0);
  EXPECT_EQ(tables.collect(), 1U);
  quiescence.passed(1);
  EXPECT_EQ(tables.collect(), 0U);
  tables.publish(0, rules(2));
  quiescence.leave(0);
  EXPECT_EQ(tables.collect(), 1U);
  quiescence.leave(1);  // who has left is not waited for
  EXPECT_EQ(tables.collect(), 0U);
}

TEST(FlowTables, AreReadWhileTheyAreExchanged) {
  constexpr unsigned kReaders = 2;
  constexpr uint32_t kExchanges = 2000;
  Quiescence quiescence(kReaders);
  FlowTables tables(1, quiescence);
  tables.publish(0, rules(0));
  std::atomic<bool> stop = false;
  std::array<uint64_t, kReaders> looks{};
  std::vector<std::thread> readers;
  for (unsigned reader = 0; reader < kReaders; ++reader) {
    readers.emplace_back([&, reader] {
      quiescence.enter(reader);
      uint32_t newest = 0;
      while (!stop.load(std::memory_order_acquire)) {
        quiescence.passed(reader);
        const net::FlowTable& table = *tables.of(0).load(std::memory_order_acquire);
        const uint32_t first = stream_in(table, 5000);
        const uint32_t last = stream_in(table, 5063);
        ASSERT_EQ(first, last);
        ASSERT_GE(first, newest);
        newest = first;
        ++looks[reader];
      }
      quiescence.leave(reader);
    });
  }
  size_t most = 0;
  for (uint32_t i = 1; i <= kExchanges; ++i) {
    tables.publish(0, rules(i));
    most = std::max(most, tables.collect());
  }
  stop.store(true, std::memory_order_release);
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_EQ(tables.collect(), 0U);
  EXPECT_GT(looks[0] + looks[1], 0U);
  EXPECT_LE(most, kExchanges);
}

}  // namespace
}  // namespace sluice::lcore
