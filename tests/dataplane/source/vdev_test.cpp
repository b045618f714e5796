#include "dataplane/source/vdev.h"

#include <gtest/gtest.h>

namespace sluice::source {
namespace {

TEST(Vdev, IsReadAndWrittenBack) {
  for (const char* text : {"net_af_packet0,iface=eth1", "net_null0", "net_x,flag,key=a=b"}) {
    EXPECT_EQ(Vdev::parse(text).str(), text);
  }
  EXPECT_EQ(Vdev::parse("net_af_packet0,iface=eth1").argument("iface"), "eth1");
  EXPECT_EQ(Vdev::parse("net_af_packet0,iface=eth1").argument("qpairs"), std::nullopt);
}

TEST(Vdev, IsFoundInBothSpellings) {
  const auto found = vdevs({"--in-memory", "--vdev=net_null0", "--vdev", "net_null1,size=64"});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].str(), "net_null0");
  EXPECT_EQ(found[1].str(), "net_null1,size=64");
}

unsigned value(const Vdev& vdev, const char* key) {
  return static_cast<unsigned>(std::stoul(vdev.argument(key).value_or("0")));
}

/// What the kernel asks of a packet ring: linux/Documentation/networking/packet_mmap.rst.
TEST(AfPacket, GetsARingThatTheKernelTakesForEveryMtu) {
  for (const unsigned mtu : {68U, 1280U, 1500U, 1900U, 2000U, 3400U, 9000U, 9216U, 65536U}) {
    Vdev vdev = Vdev::parse("net_af_packet0,iface=eth1");
    complete_af_packet(vdev, {.name = "eth1", .mtu = mtu}, 1, 1U << 16);
    const unsigned frame = value(vdev, "framesz");
    const unsigned block = value(vdev, "blocksz");
    const unsigned count = value(vdev, "framecnt");
    constexpr unsigned kHeaders = 66 + 22;  // the kernel's, Ethernet with two tags
    EXPECT_GE(frame, std::min(mtu, 9216U) + kHeaders) << mtu;
    EXPECT_EQ(frame % 16, 0U);
    EXPECT_EQ(block % 4096, 0U);
    EXPECT_EQ(block % frame, 0U);
    EXPECT_EQ(count % (block / frame), 0U);
    EXPECT_LE(uint64_t{count} * frame, 64U << 20);
  }
}

TEST(AfPacket, KeepsWhatTheUserHasSet) {
  Vdev vdev = Vdev::parse("net_af_packet0,iface=eth1,framesz=4096,framecnt=512");
  complete_af_packet(vdev, {.name = "eth1"}, 2, 1U << 16);
  EXPECT_EQ(value(vdev, "framesz"), 4096U);
  EXPECT_EQ(value(vdev, "framecnt"), 512U);
  EXPECT_EQ(value(vdev, "qpairs"), 2U);
}

}  // namespace
}  // namespace sluice::source
