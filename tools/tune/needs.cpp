#include <algorithm>

#include "config/arena_size.h"
#include "dataplane/source/vdev.h"
#include "tools/tune/finding.h"

namespace sluice::tools::tune {
namespace {

/// "0000:41:00.0" or "41:00.0".
bool is_pci_address(const std::string& text) {
  return std::ranges::count(text, ':') >= 1 && std::ranges::count(text, '.') == 1 &&
         text.find_first_not_of("0123456789abcdefABCDEF:.") == std::string::npos;
}

std::string whole_pci_address(const std::string& text) {
  return std::ranges::count(text, ':') == 1 ? "0000:" + text : text;
}

void add(Nic nic, std::vector<Nic>& out) {
  if (std::ranges::find(out, nic.name, &Nic::name) == out.end()) {
    out.push_back(std::move(nic));
  }
}

std::vector<Nic> nics_of(const config::Dataplane& dataplane) {
  std::vector<Nic> out;
  if (dataplane.driver == config::Driver::kFile) {
    return out;
  }
  if (!dataplane.interface.empty()) {
    add({.name = dataplane.interface}, out);
  }
  if (dataplane.driver == config::Driver::kPcap) {
    return out;
  }
  for (const source::Vdev& vdev : source::vdevs(dataplane.eal)) {
    if (const auto interface = vdev.argument("iface"); interface) {
      add({.name = *interface, .xdp = vdev.name.starts_with("net_af_xdp")}, out);
    }
  }
  for (const config::Port& port : dataplane.ports) {
    if (is_pci_address(port.device)) {
      add({.path = Nic::Path::kOwned, .name = whole_pci_address(port.device)}, out);
    }
  }
  return out;
}

}  // namespace

Needs needs_of(const config::Appliance& appliance, const lcore::LcorePlan& lcores) {
  Needs needs{.arena = config::arena_bytes(appliance),
              .arena_path = appliance.arena.path,
              .nics = nics_of(appliance.dataplane),
              .exclusive = appliance.dataplane.idle == config::Idle::kSpin,
              .streams = appliance.streams.size()};
  for (const lcore::WorkerPlan& worker : lcores.workers) {
    needs.workers.insert(worker.cpu);
  }
  return needs;
}

std::vector<Finding> look_over(const Needs& needs, const Machine& machine) {
  std::vector<Finding> out;
  look_at_memory(needs, machine, out);
  look_at_cpus(needs, machine, out);
  look_at_nics(needs, machine, out);
  look_at_limits(needs, machine, out);
  return out;
}

}  // namespace sluice::tools::tune
