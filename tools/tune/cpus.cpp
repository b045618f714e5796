#include <fmt/format.h>

#include <algorithm>

#include "tools/tune/finding.h"

namespace sluice::tools::tune {
namespace {

Cpus without(const Cpus& from, const Cpus& what) {
  Cpus out;
  std::ranges::set_difference(from, what, std::inserter(out, out.end()));
  return out;
}

std::string listed(const Cpus& cpus) {
  return cpus.empty() ? "none" : to_string(cpus);
}

/// "rcu_nocbs" of the kernel's command line.
Cpus of_command_line(const Machine& machine, const std::string& key) {
  const std::string line = " " + machine.line("/proc/cmdline").value_or("") + " ";
  const size_t at = line.find(" " + key + "=");
  if (at == std::string::npos) {
    return {};
  }
  const size_t begin = at + key.size() + 2;
  return parse_cpus(line.substr(begin, line.find(' ', begin) - begin));
}

void isolation(const Needs& needs, const Machine& machine, std::vector<Finding>& out) {
  const std::string all = to_string(needs.workers);
  const auto look = [&](const char* parameter, const Cpus& there, const char* why) {
    const Cpus missing = without(needs.workers, there);
    out.push_back({parameter, missing.empty(), listed(there),
                   missing.empty() ? "" : fmt::format("CPUs {} of the lcores: {}", all, why),
                   missing.empty()
                       ? ""
                       : fmt::format("add {}={} to GRUB_CMDLINE_LINUX in /etc/default/grub; "
                                     "update-grub; reboot",
                                     parameter, all)});
  };
  look("isolcpus", machine.cpus("/sys/devices/system/cpu/isolated"), "nothing else runs there");
  look("nohz_full", machine.cpus("/sys/devices/system/cpu/nohz_full"), "no timer interrupts them");
  look("rcu_nocbs", of_command_line(machine, "rcu_nocbs"), "no RCU callbacks run there");
}

void governor(const Needs& needs, const Machine& machine, std::vector<Finding>& out) {
  Cpus slow;
  std::string is;
  for (const unsigned cpu : needs.workers) {
    const auto line =
        machine.line(fmt::format("/sys/devices/system/cpu/cpu{}/cpufreq/scaling_governor", cpu));
    if (line && *line != "performance") {
      slow.insert(cpu);
      is = *line;
    } else if (line && is.empty()) {
      is = *line;
    }
  }
  if (is.empty()) {
    return;  // the machine, or who lends it, decides
  }
  const bool good = slow.empty();
  out.push_back({"CPU governor", good, good ? is : is + " on CPUs " + to_string(slow),
                 good ? "" : "performance",
                 good ? "" : "cpupower -c " + to_string(slow) + " frequency-set -g performance"});
}

/// Interrupts that are wired to one CPU (timers and the like) have no such file that can be
/// written, and are not counted by the kernel there.
void interrupts(const Needs& needs, const Machine& machine, std::vector<Finding>& out) {
  size_t bad = 0;
  for (const std::string& irq : machine.names("/proc/irq")) {
    const Cpus allowed = machine.cpus("/proc/irq/" + irq + "/effective_affinity_list");
    bad += std::ranges::any_of(allowed, [&](unsigned cpu) { return needs.workers.contains(cpu); })
               ? 1
               : 0;
  }
  const Cpus others = without(machine.cpus("/sys/devices/system/cpu/online"), needs.workers);
  const bool good = bad == 0;
  out.push_back({"interrupts", good,
                 good ? "none on the lcores' CPUs" : fmt::format("{} on the lcores' CPUs", bad),
                 good ? "" : "on other CPUs" + (others.empty() ? "" : ", " + to_string(others)),
                 good ? ""
                      : fmt::format("for i in /proc/irq/*/smp_affinity_list; do echo {} >$i; done "
                                    "2>/dev/null   # and stop irqbalance",
                                    others.empty() ? "CPUS" : to_string(others))});
}

}  // namespace

void look_at_cpus(const Needs& needs, const Machine& machine, std::vector<Finding>& out) {
  if (needs.nics.empty()) {
    return;
  }
  governor(needs, machine, out);
  const Cpus online = machine.cpus("/sys/devices/system/cpu/online");
  if (needs.exclusive && !online.empty() && without(online, needs.workers).empty()) {
    out.push_back({"lcores", false, "they spin on all CPUs, " + to_string(online),
                   "a CPU left for the kernel and sluice-control",
                   "set dataplane.lcores, or dataplane.idle: adaptive"});
  } else if (needs.exclusive) {
    isolation(needs, machine, out);
    interrupts(needs, machine, out);
  }
}

}  // namespace sluice::tools::tune
