#include "dataplane/rights.h"

#include <linux/capability.h>
#include <unistd.h>

#include <algorithm>

namespace sluice {
namespace {

bool live(const config::Appliance& appliance) {
  return appliance.dataplane.driver != config::Driver::kFile &&
         std::ranges::any_of(appliance.streams, [](const config::Stream& stream) {
           return stream.source.scheme != config::Scheme::kFile;
         });
}

bool uses(const config::Appliance& appliance, std::string_view device) {
  return std::ranges::any_of(appliance.dataplane.eal, [device](const std::string& argument) {
    return argument.find(device) != std::string::npos;
  });
}

}  // namespace

std::vector<int> rights_while_capturing(const config::Appliance& appliance) {
  std::vector<int> rights;
  if (live(appliance)) {
    rights = {CAP_NET_RAW, CAP_NET_ADMIN};  // packet sockets; an interface's flags
    if (appliance.dataplane.driver == config::Driver::kDpdk) {
      rights.push_back(CAP_IPC_LOCK);  // rings that are pinned, beyond the limit of a login
    }
    if (uses(appliance, "net_af_xdp")) {
      rights.insert(rights.end(), {CAP_BPF, CAP_SYS_ADMIN});  // libxdp looks at others' programs
    }
  }
  if (::geteuid() == 0) {
    rights.push_back(CAP_DAC_OVERRIDE);
  }
  return rights;
}

}  // namespace sluice
