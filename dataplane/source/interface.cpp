#include "dataplane/source/interface.h"

#include <arpa/inet.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
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

/// A socket to ask the kernel of interfaces by.
class Asker {
 public:
  explicit Asker(const std::string& name) : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    name.copy(request_.ifr_name, IFNAMSIZ - 1);
  }
  ~Asker() { ::close(fd_); }
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;

  bool ask(unsigned long what) { return ::ioctl(fd_, what, &request_) == 0; }
  bool ask_ethtool(void* command) {
    request_.ifr_data = static_cast<char*>(command);
    return ask(SIOCETHTOOL);
  }
  const ifreq& answer() const { return request_; }

 private:
  int fd_;
  ifreq request_{};
};

uint32_t speed_of(Asker& asker) {
  ethtool_cmd command{};
  command.cmd = ETHTOOL_GSET;
  if (!asker.ask_ethtool(&command)) {
    return 0;
  }
  const uint32_t speed = ethtool_cmd_speed(&command);
  return speed == static_cast<uint32_t>(SPEED_UNKNOWN) ? 0 : speed;
}

void read_queues(Asker& asker, Interface& interface) {
  ethtool_channels command{};
  command.cmd = ETHTOOL_GCHANNELS;
  if (asker.ask_ethtool(&command)) {
    interface.receive_queues = std::max(1U, command.combined_count + command.rx_count);
    interface.combined_queues = std::max(1U, command.combined_count);
  }
}

}  // namespace

std::optional<Interface> look_up(const std::string& name) {
  Asker asker(name);
  Interface interface { .name = name };
  if (name.size() >= IFNAMSIZ || !asker.ask(SIOCGIFINDEX)) {
    return std::nullopt;
  }
  interface.index = static_cast<unsigned>(asker.answer().ifr_ifindex);
  if (!asker.ask(SIOCGIFMTU)) {
    return std::nullopt;
  }
  interface.mtu = static_cast<unsigned>(asker.answer().ifr_mtu);
  if (!asker.ask(SIOCGIFFLAGS)) {
    return std::nullopt;
  }
  interface.up = (asker.answer().ifr_flags & IFF_UP) != 0;
  interface.running = interface.up && (asker.answer().ifr_flags & IFF_RUNNING) != 0;
  interface.speed_mbps = speed_of(asker);
  read_queues(asker, interface);
  return interface;
}

Result<Interface> find_interface(const std::string& name) {
  auto interface = look_up(name);
  if (!interface) {
    return fail("there is no network interface \"" + name + "\"; there is: " + known_interfaces());
  }
  return *interface;
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
