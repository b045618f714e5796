#pragma once

#include <memory>
#include <string>

#include "dataplane/net/frame_outlet.h"

namespace sluice::net {

/// What a packet socket is opened for.
struct PacketSocketSpec {
  std::string interface;
  std::string address;         ///< of the configuration, "10.1.2.3/24"; empty = the interface's own
  bool all_multicast = false;  ///< the interface is to let all multicast in
};

/// A raw socket on an interface of the kernel's: for what we say ourselves there. It receives
/// nothing. The groups that it admits are off the interface's filter again when the process ends,
/// however it ends; the kernel reports none of them.
class PacketSocket final : public FrameOutlet {
 public:
  static Result<std::unique_ptr<PacketSocket>> open(const PacketSocketSpec& spec);
  ~PacketSocket() override;

  Station station() override;
  void send(Bytes frame) override;
  Status admit(const std::set<MacAddress>& groups) override;
  Status reopen() override;

 private:
  explicit PacketSocket(const PacketSocketSpec& spec);
  int change_filter(int option, const MacAddress& group) const;
  Status admit_all() const;

  std::string interface_;
  IpAddress address_;
  bool all_multicast_;
  int fd_ = -1;
  unsigned index_ = 0;
  std::set<MacAddress> admitted_;
};

}  // namespace sluice::net
