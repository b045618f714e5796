#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/base/units.h"
#include "tools/tune/finding.h"

namespace sluice::tools::tune {
namespace {

/// The soft limit of a line of /proc/self/limits; UINT64_MAX for "unlimited".
std::optional<uint64_t> limit(const Machine& machine, std::string_view name) {
  for (const std::string& line : machine.lines("/proc/self/limits")) {
    if (!line.starts_with(name)) {
      continue;
    }
    const size_t begin = line.find_first_not_of(' ', name.size());
    if (begin == std::string::npos) {
      return std::nullopt;
    }
    if (line.substr(begin).starts_with("unlimited")) {
      return UINT64_MAX;
    }
    uint64_t value = 0;
    const auto read = std::from_chars(line.data() + begin, line.data() + line.size(), value);
    return read.ec == std::errc() ? std::optional(value) : std::nullopt;
  }
  return std::nullopt;
}

/// vfio and AF_XDP pin packet buffers.
void locked_memory(const Needs& needs, const Machine& machine, std::vector<Finding>& out) {
  constexpr uint64_t kEnough = 1U << 30;
  const bool pins = std::ranges::any_of(
      needs.nics, [](const Nic& nic) { return nic.path == Nic::Path::kOwned || nic.xdp; });
  const auto is = limit(machine, "Max locked memory");
  if (!pins || !is) {
    return;
  }
  const bool good = *is >= kEnough;
  out.push_back(
      {"locked memory of this shell", good, *is == UINT64_MAX ? "unlimited" : format_size(*is),
       good ? "" : "unlimited",
       good ? "" : "ulimit -l unlimited   # the systemd units say LimitMEMLOCK=infinity"});
}

void open_files(const Needs& needs, const Machine& machine, std::vector<Finding>& out) {
  const auto is = limit(machine, "Max open files");
  const uint64_t enough = 512 + needs.streams;  // sockets of groups, uploads, viewers
  if (!is) {
    return;
  }
  const bool good = *is >= enough;
  out.push_back({"open files of this shell", good, std::to_string(*is),
                 good ? "" : fmt::format("at least {}", enough),
                 good ? "" : "ulimit -n 65536   # the systemd units say LimitNOFILE=65536"});
}

/// Names and times of segments are UTC.
void clock(const Machine& machine, std::vector<Finding>& out) {
  const bool good = machine.clock_is_set();
  out.push_back({"clock", good, good ? "synchronised" : "not synchronised",
                 good ? "" : "synchronised: names and times of segments are UTC",
                 good ? "" : "apt-get install chrony   # or: timedatectl set-ntp true"});
}

}  // namespace

void look_at_limits(const Needs& needs, const Machine& machine, std::vector<Finding>& out) {
  locked_memory(needs, machine, out);
  open_files(needs, machine, out);
  clock(machine, out);
}

}  // namespace sluice::tools::tune
