#pragma once

#include <string>
#include <vector>

#include "config/appliance.h"
#include "dataplane/lcore/plan.h"
#include "tools/tune/machine.h"

namespace sluice::tools::tune {

/// One property of the machine.
struct Finding {
  std::string check;  ///< "CPU governor"
  bool good = true;
  std::string is;
  std::string should;   ///< empty if it is good
  std::string command;  ///< brings it about, as root; empty if it is good
};

/// A NIC that packets are taken from.
struct Nic {
  enum class Path {
    kKernel,  ///< the kernel has it too: net_af_packet, net_af_xdp, libpcap
    kOwned,   ///< DPDK has it alone: a PCI device
  } path = Path::kKernel;
  std::string name;  ///< interface, or PCI address
  bool xdp = false;
};

/// What an appliance asks of a machine.
struct Needs {
  uint64_t arena = 0;
  std::filesystem::path arena_path;
  std::vector<Nic> nics;
  Cpus workers;            ///< CPUs of rx and segmenter lcores
  bool exclusive = false;  ///< they are never idle: nothing else is to run there
  size_t streams = 0;
};

/// @param lcores  as planned for this machine
Needs needs_of(const config::Appliance& appliance, const lcore::LcorePlan& lcores);

/// Looks at everything that matters to `needs`, and only at that. Changes nothing.
std::vector<Finding> look_over(const Needs& needs, const Machine& machine);

/// The parts of `look_over`.
void look_at_memory(const Needs& needs, const Machine& machine, std::vector<Finding>& out);
void look_at_cpus(const Needs& needs, const Machine& machine, std::vector<Finding>& out);
void look_at_nics(const Needs& needs, const Machine& machine, std::vector<Finding>& out);
void look_at_limits(const Needs& needs, const Machine& machine, std::vector<Finding>& out);

}  // namespace sluice::tools::tune
