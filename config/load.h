#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "config/appliance.h"
#include "config/base/result.h"

namespace sluice::config {

/// One thing that is wrong with a configuration, and where. Never holds a secret.
struct Problem {
  std::string file;
  int line = 0;    ///< from 1; 0 = the file as a whole
  int column = 0;  ///< from 1
  std::string message;

  bool operator==(const Problem&) const = default;
};

/// "sluice.yaml:12:5: streams[0].bitrate: …"
std::string to_string(const Problem& problem);
/// One line a problem, without a newline at the end.
std::string to_string(const std::vector<Problem>& problems);

/// An appliance that holds only legal values, or everything that is wrong, in the order of the
/// file.
using Loaded = tl::expected<Appliance, std::vector<Problem>>;

/// Names the interface by which packets for an address are routed on this machine.
using RouteLookup = std::function<Result<std::string>(const std::string& address)>;

/// The kernel's routing table.
Result<std::string> kernel_route(const std::string& address);

/// Reads and checks a YAML file. Strict: unknown keys, wrong types and missing units are problems.
/// Where `driver` is dpdk and the file names no port, device or interface, the streams are taken
/// with DPDK's net_af_packet on the interface that the kernel routes the first stream's address to;
/// `dataplane.eal` and `dataplane.ports` of the result say so. Blocking; any thread.
Loaded load(const std::filesystem::path& file);

/// The same for a text; `name` stands for the file in problems.
Loaded load_text(std::string_view text, const std::string& name,
                 const RouteLookup& route = kernel_route);

}  // namespace sluice::config
