#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dataplane/source/interface.h"

namespace sluice::source {

/// A virtual device of DPDK as EAL is told of it: `net_af_packet0,iface=eth1,qpairs=1`.
struct Vdev {
  std::string name;
  std::vector<std::pair<std::string, std::string>> arguments;

  static Vdev parse(std::string_view text);
  std::string str() const;
  /// Without the name: `iface=eth1,qpairs=1`.
  std::string argument_text() const;

  std::optional<std::string> argument(std::string_view key) const;
  void set_default(std::string key, std::string value);
};

bool is_af_packet(const Vdev& vdev);
bool is_af_xdp(const Vdev& vdev);

/// The `--vdev` arguments among EAL's.
std::vector<Vdev> vdevs(const std::vector<std::string>& eal);

/// The longest frame that a net_af_packet device takes whole, the kernel's header included; 0 = the
/// driver's choice, or another driver.
uint32_t frame_size(const Vdev& vdev);

/// Gives a net_af_packet device what its defaults lack: frames as large as the interface's MTU
/// wants (the driver silently cuts those over about 2,000 bytes), and a ring that holds 100 ms at
/// the most that the driver takes in. What the user has set stays.
/// @param most  the longest frame that there are packet buffers for
void complete_af_packet(Vdev& vdev, const Interface& interface, unsigned queues, uint32_t most);

}  // namespace sluice::source
