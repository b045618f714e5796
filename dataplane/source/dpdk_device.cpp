#include "dataplane/source/dpdk_device.h"

#include <rte_dev.h>
#include <rte_ethdev.h>

#include <cctype>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <regex>

#include "dataplane/source/dpdk_log.h"

namespace sluice::source {
namespace {

/// "net_af_xdp" of "net_af_xdp0".
std::string driver_of(std::string name) {
  while (!name.empty() && std::isdigit(static_cast<unsigned char>(name.back())) != 0) {
    name.pop_back();
  }
  return name;
}

/// Debian's package of a driver: librte-net-af-xdp23.
std::string package_of(const std::string& driver) {
  constexpr int kAbi = 23;  // that of DPDK 22.11, with which we are built
  std::string package = "librte-" + driver;
  std::replace(package.begin(), package.end(), '_', '-');
  return package + std::to_string(kAbi);
}

bool is_pci_address(const std::string& name) {
  static const std::regex kAddress("([0-9a-fA-F]{4,}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]");
  return std::regex_match(name, kAddress);
}

/// Why EAL has not taken a NIC.
std::string pci_trouble(const std::string& address) {
  namespace fs = std::filesystem;
  const std::string whole = address.size() > 7 ? address : "0000:" + address;
  const fs::path device = fs::path("/sys/bus/pci/devices") / whole;
  std::error_code code;
  if (!fs::exists(device, code)) {
    return "this machine has no PCI device " + whole + " (lspci -D lists them)";
  }
  const fs::path driver = fs::read_symlink(device / "driver", code).filename();
  const std::string bind = "; bind it with \"dpdk-devbind.py -b vfio-pci " + whole + "\"";
  if (driver.empty()) {
    return "no driver has PCI device " + whole + bind;
  }
  if (driver != "vfio-pci" && driver != "uio_pci_generic" && driver != "igb_uio") {
    return "the kernel's driver " + driver.string() + " has PCI device " + whole + bind;
  }
  return "DPDK has not taken PCI device " + whole + ", though " + driver.string() +
         " has it: dataplane.eal has to name it (-a " + whole +
         ") and DPDK to have a driver for it; SLUICE_LOG=debug shows what DPDK says";
}

std::string device_list() {
  std::string names;
  for (const std::string& device : dpdk_devices()) {
    names += (names.empty() ? "" : ", ") + device;
  }
  return names.empty() ? "none" : names;
}

}  // namespace

std::vector<std::string> dpdk_devices() {
  std::vector<std::string> names;
  for (uint64_t id = ::rte_eth_find_next(0); id < RTE_MAX_ETHPORTS;
       id = ::rte_eth_find_next(static_cast<uint16_t>(id + 1))) {
    char name[RTE_ETH_NAME_MAX_LEN];
    if (::rte_eth_dev_get_name_by_port(static_cast<uint16_t>(id), name) == 0) {
      names.emplace_back(name);
    }
  }
  return names;
}

Result<uint16_t> make_device(const Vdev& vdev) {
  DpdkLog::forget();
  const int code = ::rte_eal_hotplug_add("vdev", vdev.name.c_str(), vdev.argument_text().c_str());
  uint16_t id = 0;
  if (code == 0 && ::rte_eth_dev_get_port_by_name(vdev.name.c_str(), &id) == 0) {
    return id;
  }
  const std::string words = DpdkLog::first_words();
  if (code > 0 || words.find("failed to parse device") != std::string::npos) {
    const std::string driver = driver_of(vdev.name);
    return fail("dataplane.eal: DPDK has no driver \"" + driver + "\" for the device " + vdev.name +
                ": check how it is spelled, or install the driver (on Debian: apt-get install " +
                package_of(driver) + ")");
  }
  return fail("dataplane.eal: the device " + vdev.str() +
              " cannot be made: " + (words.empty() ? std::strerror(std::abs(code)) : words));
}

void remove_device(const std::string& name) {
  ::rte_eal_hotplug_remove("vdev", name.c_str());
}

Result<uint16_t> find_device(const std::string& name) {
  uint16_t id = 0;
  if (::rte_eth_dev_get_port_by_name(name.c_str(), &id) == 0) {
    return id;
  }
  if (is_pci_address(name)) {
    return fail("dataplane.ports: " + pci_trouble(name));
  }
  return fail("dataplane.ports: there is no DPDK device \"" + name +
              "\"; there is: " + device_list() +
              " (dataplane.eal makes devices: --vdev=net_af_packet0,iface=eth1 or -a PCI-ADDRESS)");
}

}  // namespace sluice::source
