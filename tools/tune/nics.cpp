#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tools/tune/finding.h"

namespace sluice::tools::tune {
namespace {

std::filesystem::path device(const Nic& nic) {
  return nic.path == Nic::Path::kOwned ? "/sys/bus/pci/devices/" + nic.name
                                       : "/sys/class/net/" + nic.name + "/device";
}

void driver_binding(const Nic& nic, const Machine& machine, std::vector<Finding>& out) {
  // These of NVIDIA share the device with the kernel's driver, which stays.
  static constexpr std::array<std::string_view, 3> kGood{"vfio-pci", "mlx5_core", "mlx4_core"};
  if (!machine.exists(device(nic))) {
    out.push_back({nic.name, false, "no such PCI device",
                   "there, or another one in dataplane.ports", "lspci -D | grep Ethernet"});
    return;
  }
  const std::string driver = machine.link(device(nic) / "driver");
  const bool good = std::ranges::find(kGood, driver) != kGood.end();
  out.push_back({nic.name + " driver", good, driver.empty() ? "none" : driver,
                 good ? "" : "vfio-pci",
                 good ? "" : "modprobe vfio-pci; dpdk-devbind.py -b vfio-pci " + nic.name});
  if (good && driver != "vfio-pci") {
    return;
  }
  const bool iommu = !machine.names("/sys/kernel/iommu_groups").empty();
  const bool without =
      machine.line("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode").value_or("N") == "Y";
  out.push_back({"IOMMU", iommu || without,
                 iommu     ? "on"
                 : without ? "off, as vfio was told"
                           : "off",
                 iommu || without ? "" : "on: vfio keeps the NIC to its own memory",
                 iommu || without
                     ? ""
                     : "add intel_iommu=on iommu=pt to GRUB_CMDLINE_LINUX in /etc/default/grub; "
                       "update-grub; reboot"});
}

/// CPUs of the NUMA node that the NIC hangs on, if there are several nodes.
void numa(const Nic& nic, const Needs& needs, const Machine& machine, std::vector<Finding>& out) {
  const auto node = machine.line(device(nic) / "numa_node");
  if (!node || *node == "-1" || !machine.exists("/sys/devices/system/node/node1")) {
    return;
  }
  const Cpus near = machine.cpus("/sys/devices/system/node/node" + *node + "/cpulist");
  const bool good = std::ranges::includes(near, needs.workers);
  out.push_back({nic.name + " NUMA node", good,
                 fmt::format("{}, lcores on CPUs {}", *node, to_string(needs.workers)),
                 good ? "" : "lcores on CPUs of that node: " + to_string(near),
                 good ? "" : "set dataplane.lcores"});
}

void link(const Nic& nic, const Machine& machine, std::vector<Finding>& out) {
  const std::filesystem::path folder = "/sys/class/net/" + nic.name;
  if (!machine.exists(folder)) {
    out.push_back({nic.name, false, "no such interface",
                   "there, or another one in the configuration", "ip link"});
    return;
  }
  const std::string state = machine.line(folder / "operstate").value_or("unknown");
  const bool up = state != "down" && state != "lowerlayerdown" && state != "notpresent";
  out.push_back({nic.name + " link", up, state, up ? "" : "up",
                 up ? "" : "ip link set " + nic.name + " up   # and plug it in"});
  constexpr uint64_t kEthernet = 1500;   // seven TS packets, RTP, UDP and IPv6 take 1,376
  constexpr uint64_t kMostOfXdp = 3506;  // one page holds a frame and what AF_XDP puts before it
  const uint64_t mtu = machine.number(folder / "mtu").value_or(0);
  const bool good = mtu >= kEthernet && (!nic.xdp || mtu <= kMostOfXdp);
  out.push_back({nic.name + " MTU", good, std::to_string(mtu),
                 good                         ? ""
                 : nic.xdp && mtu > kEthernet ? "at most 3506, for AF_XDP"
                                              : "1500",
                 good ? "" : "ip link set " + nic.name + " mtu 1500"});
}

void ring(const Nic& nic, const Machine& machine, std::vector<Finding>& out) {
  const auto ring = machine.rings(nic.name);
  if (!ring) {
    return;  // a virtual interface has none
  }
  const bool good = ring->slots == ring->most;
  out.push_back({nic.name + " receive ring", good,
                 fmt::format("{} slots of {}", ring->slots, ring->most),
                 good ? "" : "all of them: bursts of many channels fall together",
                 good ? "" : fmt::format("ethtool -G {} rx {}", nic.name, ring->most)});
}

/// Between the NIC's interrupt and our ring; only virtual interfaces and steered packets queue
/// there.
void backlog(const Machine& machine, std::vector<Finding>& out) {
  constexpr uint64_t kEnough = 10'000;
  const auto slots = machine.number("/proc/sys/net/core/netdev_max_backlog");
  if (!slots) {
    return;
  }
  const bool good = *slots >= kEnough;
  out.push_back({"kernel's backlog", good, std::to_string(*slots) + " packets a CPU",
                 good ? "" : "at least " + std::to_string(kEnough),
                 good ? "" : fmt::format("sysctl -w net.core.netdev_max_backlog={}", kEnough)});
}

}  // namespace

void look_at_nics(const Needs& needs, const Machine& machine, std::vector<Finding>& out) {
  bool kernel = false;
  for (const Nic& nic : needs.nics) {
    if (nic.path == Nic::Path::kOwned) {
      driver_binding(nic, machine, out);
    } else {
      kernel = true;
      link(nic, machine, out);
      ring(nic, machine, out);
    }
    numa(nic, needs, machine, out);
  }
  if (kernel) {
    backlog(machine, out);
  }
}

}  // namespace sluice::tools::tune
