#include "dataplane/source/interface.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace sluice::source {
namespace {

std::string known_interfaces() {
  const std::unique_ptr<struct if_nameindex, decltype(&::if_freenameindex)> all(
      ::if_nameindex(), &::if_freenameindex);
  std::string names;
  for (const struct if_nameindex* one = all.get(); one != nullptr && one->if_index != 0; ++one) {
    names += (names.empty() ? "" : ", ") + std::string(one->if_name);
  }
  return names.empty() ? "none" : names;
}

}  // namespace

Result<Interface> find_interface(const std::string& name) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return fail(system_error("cannot look up interface " + name, errno));
  }
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  Interface interface { .name = name };
  bool found = name.size() < IFNAMSIZ && ::ioctl(fd, SIOCGIFMTU, &request) == 0;
  interface.mtu = found ? static_cast<unsigned>(request.ifr_mtu) : 0;
  found = found && ::ioctl(fd, SIOCGIFFLAGS, &request) == 0;
  interface.up = found && (request.ifr_flags & IFF_UP) != 0;
  ::close(fd);
  if (!found) {
    return fail("there is no network interface \"" + name + "\"; there is: " + known_interfaces());
  }
  return interface;
}

Status may_capture() {
  const int fd = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(0));
  if (fd >= 0) {
    ::close(fd);
    return {};
  }
  if (errno == EPERM || errno == EACCES) {
    return fail(
        "no right to capture packets: run as root or with sudo, or grant it once with "
        "\"setcap cap_net_raw,cap_net_admin+ep\" on sluice-dataplane");
  }
  return fail(system_error("cannot open a packet socket", errno));
}

}  // namespace sluice::source
