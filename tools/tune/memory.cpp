#include <fmt/format.h>

#include <algorithm>

#include "config/base/units.h"
#include "tools/tune/finding.h"

namespace sluice::tools::tune {
namespace {

bool any_owned(const Needs& needs) {
  return std::ranges::any_of(needs.nics,
                             [](const Nic& nic) { return nic.path == Nic::Path::kOwned; });
}

/// A NIC that DPDK owns reads and writes packet buffers itself: they must lie in huge pages.
void huge_pages(const Needs& needs, const Machine& machine, std::vector<Finding>& out) {
  constexpr uint64_t kEnough = 512U << 20;
  if (!any_owned(needs)) {
    return;
  }
  uint64_t bytes = 0;
  std::string is;
  for (const std::string& folder : machine.names("/sys/kernel/mm/hugepages")) {
    const std::filesystem::path path = "/sys/kernel/mm/hugepages/" + folder;
    const uint64_t count = machine.number(path / "nr_hugepages").value_or(0);
    uint64_t kib = 0;
    if (folder.starts_with("hugepages-")) {
      kib = std::strtoull(folder.c_str() + 10, nullptr, 10);
    }
    bytes += count * kib * 1024;
    if (count > 0) {
      is += fmt::format("{}{} of {}", is.empty() ? "" : ", ", count, format_size(kib * 1024));
    }
  }
  const bool good = bytes >= kEnough;
  out.push_back({"huge pages", good, is.empty() ? "none" : is,
                 good ? "" : "at least " + format_size(kEnough) + " for packet buffers",
                 good ? "" : "sysctl -w vm.nr_hugepages=256   # and in /etc/sysctl.d"});
}

void arena_memory(const Needs& needs, const Machine& machine, std::vector<Finding>& out) {
  const uint64_t room = machine.room(needs.arena_path);
  const bool good = room >= needs.arena;
  const std::string folder = needs.arena_path.parent_path().string();
  out.push_back(
      {"arena memory", good,
       fmt::format("{} in all where {} lies", format_size(room), needs.arena_path.string()),
       good ? "" : "room for the arena of " + format_size(needs.arena),
       good ? ""
            : fmt::format("mount -o remount,size={}M {}   # and in /etc/fstab",
                          (needs.arena + needs.arena / 10) >> 20, folder)});
}

/// What is swapped out of the arena comes back at the pace of a disk, in the middle of a packet.
void swap(const Machine& machine, std::vector<Finding>& out) {
  const auto lines = machine.lines("/proc/swaps");
  const bool none = lines.size() < 2;
  out.push_back(
      {"swap", none, none ? "none" : "on", none ? "" : "none: the arena is not to leave memory",
       none ? "" : "swapoff -a   # and out of /etc/fstab; or MemorySwapMax=0 in the units"});
}

void transparent_huge_pages(const Machine& machine, std::vector<Finding>& out) {
  const auto line = machine.line("/sys/kernel/mm/transparent_hugepage/enabled");
  if (!line) {
    return;
  }
  const size_t begin = line->find('[');
  const size_t end = line->find(']');
  const std::string is =
      begin < end && end != std::string::npos ? line->substr(begin + 1, end - begin - 1) : *line;
  const bool good = is != "always";
  out.push_back({"transparent huge pages", good, is,
                 good ? "" : "madvise: khugepaged stalls lcores",
                 good ? "" : "echo madvise >/sys/kernel/mm/transparent_hugepage/enabled"});
}

}  // namespace

void look_at_memory(const Needs& needs, const Machine& machine, std::vector<Finding>& out) {
  huge_pages(needs, machine, out);
  arena_memory(needs, machine, out);
  swap(machine, out);
  if (needs.exclusive) {
    transparent_huge_pages(machine, out);
  }
}

}  // namespace sluice::tools::tune
