#include "dataplane/source/device_plan.h"

#include <algorithm>

#include "dataplane/source/packet_pool.h"

namespace sluice::source {
namespace {

constexpr uint32_t kFrameOverhead = 14 + 2 * 4 + 4;  // Ethernet, two tags, checksum

/// NICs take buffers in steps of 1 KiB.
uint32_t buffer_for(unsigned mtu) {
  constexpr uint32_t kStep = 1024;
  return std::max(2 * kStep, (mtu + kFrameOverhead + kStep - 1) / kStep * kStep);
}

/// With AF_XDP packet buffers fill pages, and the kernel keeps some of each to itself.
namespace af_xdp {
constexpr uint32_t kKernelHeadroom = 256;  // XDP_PACKET_HEADROOM
constexpr unsigned kMostMtu = kPageFrameBytes - kKernelHeadroom - 22;
}  // namespace af_xdp

bool is_pcap(const Vdev& vdev) {
  return vdev.name.starts_with("net_pcap");
}

/// Which argument of a driver names an interface that the kernel has already.
std::optional<std::string> interface_of(const Vdev& vdev) {
  const auto first_of = [&vdev](std::initializer_list<const char*> keys) {
    std::optional<std::string> found;
    for (const char* key : keys) {
      found = found ? found : vdev.argument(key);
    }
    return found;
  };
  if (is_af_packet(vdev) || is_af_xdp(vdev)) {
    return vdev.argument("iface");
  }
  if (is_pcap(vdev)) {
    return first_of({"iface", "rx_iface", "rx_iface_in"});
  }
  if (vdev.name.starts_with("net_tap")) {
    return vdev.argument("remote");
  }
  return std::nullopt;
}

Status check_af_xdp(const Vdev& vdev, const config::Port& port, const Interface& interface) {
  if (interface.mtu > af_xdp::kMostMtu) {
    return fail(interface.name + " has an MTU of " + std::to_string(interface.mtu) +
                ", and af_xdp takes at most " + std::to_string(af_xdp::kMostMtu) +
                ": lower it (ip link set dev " + interface.name + " mtu " +
                std::to_string(af_xdp::kMostMtu) + ") or use net_af_packet");
  }
  if (port.rx_queues > interface.combined_queues) {
    return fail("rx_queues is " + std::to_string(port.rx_queues) + ", and " + interface.name +
                " has " + std::to_string(interface.combined_queues) +
                " that af_xdp can take (combined ones: ethtool -l " + interface.name + ")");
  }
  if (port.rx_queues < interface.receive_queues && !vdev.argument("start_queue")) {
    return fail(interface.name + " deals its frames out to " +
                std::to_string(interface.receive_queues) + " receive queues, of which " +
                std::to_string(port.rx_queues) +
                " would be read: set rx_queues of the port, or have it use fewer (ethtool -L " +
                interface.name + " combined " + std::to_string(port.rx_queues) +
                "), or give start_queue, if the NIC is told to steer the streams there");
  }
  return {};
}

Status check_mtu(const config::Port& port, const Interface& interface) {
  if (port.mtu > interface.mtu) {
    return fail("mtu is " + std::to_string(port.mtu) + ", and the interface's is the kernel's to " +
                "set: ip link set dev " + interface.name + " mtu " + std::to_string(port.mtu));
  }
  return {};
}

/// What there is to know of a device by the interface behind it.
Status plan_interface(DevicePlan& plan, const config::Port& port) {
  const auto interface = find_interface(*plan.interface);
  if (!interface) {
    return fail(interface.error());
  }
  if (auto right = check_mtu(port, *interface); !right) {
    return right;
  }
  if (is_af_xdp(*plan.vdev)) {
    plan.frame_bytes = kPageFrameBytes;
    plan.own_buffers = true;
    if (auto right = check_af_xdp(*plan.vdev, port, *interface); !right) {
      return right;
    }
  } else if (is_af_packet(*plan.vdev)) {
    constexpr uint32_t kLargestBuffer = 1U << 15;
    const Vdev made = complete_device(plan, *interface, port.rx_queues, kLargestBuffer);
    plan.frame_bytes = std::max(plan.frame_bytes, frame_size(made));
  } else {
    constexpr unsigned kLargestMtu = 9216;  // loopback has 65,536
    plan.frame_bytes = buffer_for(std::min(interface->mtu, kLargestMtu));
  }
  return may_capture();
}

}  // namespace

uint32_t largest_frame_of(const DevicePlan& plan, uint32_t buffer_bytes) {
  const bool shares = plan.vdev && is_af_xdp(*plan.vdev);
  return shares ? buffer_bytes - af_xdp::kKernelHeadroom : buffer_bytes;
}

Result<DevicePlan> plan_device(const config::Port& port, const std::vector<Vdev>& vdevs) {
  DevicePlan plan{.name = port.device};
  plan.frame_bytes = buffer_for(port.mtu);
  const auto vdev = std::find_if(vdevs.begin(), vdevs.end(),
                                 [&port](const Vdev& one) { return one.name == port.device; });
  if (vdev == vdevs.end()) {
    return plan;
  }
  plan.vdev = *vdev;
  plan.interface = interface_of(*vdev);
  plan.kernel_hears = is_af_packet(*vdev) || is_pcap(*vdev);
  plan.is_file = vdev->argument("rx_pcap").has_value();
  if (plan.interface) {
    if (auto planned = plan_interface(plan, port); !planned) {
      return fail("port " + port.name + ", device " + vdev->name + ": " + planned.error().message);
    }
  }
  return plan;
}

Vdev complete_device(const DevicePlan& plan, const std::optional<Interface>& interface,
                     unsigned queues, uint32_t buffer_bytes) {
  Vdev vdev = *plan.vdev;
  if (is_af_packet(vdev) && interface) {
    complete_af_packet(vdev, *interface, queues, buffer_bytes);
  } else if (is_af_xdp(vdev) && queues > 1) {
    vdev.set_default("queue_count", std::to_string(queues));
  }
  return vdev;
}

}  // namespace sluice::source
