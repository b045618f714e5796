#include "dataplane/source/device_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::source {
namespace {

using testing::HasSubstr;

Result<DevicePlan> plan(const std::string& device, config::Port port = {}) {
  const Vdev vdev = Vdev::parse(device);
  port.name = "a";
  port.device = vdev.name;
  return plan_device(port, {vdev});
}

TEST(DevicePlan, KnowsWhichInterfaceOfTheKernelIsBehindADevice) {
  for (const char* device :
       {"net_pcap0,iface=lo", "net_pcap0,rx_iface=lo", "net_pcap0,rx_iface_in=lo,tx_iface=lo",
        "net_tap0,iface=tap7,remote=lo", "net_af_packet0,iface=lo"}) {
    const auto planned = plan(device);
    if (!planned) {
      EXPECT_THAT(planned.error().message, HasSubstr("no right to capture")) << device;
      continue;
    }
    EXPECT_EQ(planned->interface, "lo") << device;
  }
  for (const char* device : {"net_null0", "net_ring0", "net_tap0,iface=tap7", "net_memif0"}) {
    const auto planned = plan(device);
    ASSERT_TRUE(planned) << planned.error().message;
    EXPECT_EQ(planned->interface, std::nullopt) << device;
  }
}

TEST(DevicePlan, TakesANicThatIsNoVirtualDevice) {
  const auto planned =
      plan_device({.name = "a", .device = "0000:41:00.0"}, {Vdev::parse("net_null0")});
  ASSERT_TRUE(planned);
  EXPECT_FALSE(planned->vdev);
  EXPECT_EQ(planned->frame_bytes, 2048U);
}

TEST(DevicePlan, HasBuffersForWholeFramesOfTheMtu) {
  for (const unsigned mtu : {1500U, 2022U, 2023U, 9000U, 9702U}) {
    const auto planned = plan("net_ring0", {.mtu = mtu});
    ASSERT_TRUE(planned);
    EXPECT_GE(planned->frame_bytes, mtu + 26) << mtu;
    EXPECT_EQ(planned->frame_bytes % 1024, 0U) << mtu;
  }
}

TEST(DevicePlan, RefusesFramesThatAfXdpCannotTake) {
  const auto planned = plan("net_af_xdp0,iface=lo");  // whose MTU is 65,536
  ASSERT_FALSE(planned);
  EXPECT_THAT(planned.error().message, HasSubstr("lo has an MTU of 65536, and af_xdp takes at most "
                                                 "3498: lower it (ip link set dev lo mtu 3498)"));
}

TEST(DevicePlan, RefusesAnInterfaceThatIsNotThere) {
  const auto planned = plan("net_af_packet0,iface=nowhere7");
  ASSERT_FALSE(planned);
  EXPECT_THAT(
      planned.error().message,
      HasSubstr("port a, device net_af_packet0: there is no network interface \"nowhere7\""));
}

TEST(DevicePlan, WaitsWithACaptureThatADevicePlays) {
  EXPECT_TRUE(plan("net_pcap0,rx_pcap=/srv/x.pcap")->is_file);
  EXPECT_FALSE(plan("net_null0")->is_file);
}

TEST(CompleteDevice, GivesAfXdpAsManyQueuesAsThePort) {
  DevicePlan device{.name = "net_af_xdp0", .vdev = Vdev::parse("net_af_xdp0,iface=eth1")};
  EXPECT_EQ(complete_device(device, std::nullopt, 4, 2048).str(),
            "net_af_xdp0,iface=eth1,queue_count=4");
  EXPECT_EQ(complete_device(device, std::nullopt, 1, 2048).str(), "net_af_xdp0,iface=eth1");
}

TEST(CompleteDevice, KeepsTheRingOfAfPacketWithinTheBuffers) {
  DevicePlan device{.name = "net_af_packet0", .vdev = Vdev::parse("net_af_packet0,iface=eth1")};
  const Interface jumbo{.name = "eth1", .mtu = 9000};
  EXPECT_EQ(frame_size(complete_device(device, jumbo, 1, 1U << 15)), 16384U);
  EXPECT_EQ(frame_size(complete_device(device, jumbo, 1, 2048)), 2048U);
}

}  // namespace
}  // namespace sluice::source
