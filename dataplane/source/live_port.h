#pragma once

#include <deque>
#include <optional>
#include <string>

#include "config/base/result.h"
#include "dataplane/source/gate.h"
#include "dataplane/source/interface.h"
#include "dataplane/source/packet_source.h"

namespace sluice::source {

/// Something that receives from the network and can be made anew behind its gates, one for each
/// queue. Belongs to the slow thread, but for the polling of its queues.
class LivePort {
 public:
  /// @param name  what the user calls it
  /// @param interface  the kernel's interface behind it, if there is one
  LivePort(std::string name, std::optional<std::string> interface, size_t queues)
      : gates_(queues), name_(std::move(name)), interface_(std::move(interface)) {}
  virtual ~LivePort() = default;
  LivePort(const LivePort&) = delete;
  LivePort& operator=(const LivePort&) = delete;

  /// Makes it. Every gate is shut, and it is not made.
  virtual Status make() = 0;
  /// Undoes make(), if that has been done, whatever has become of the device meanwhile. Every gate
  /// is shut, or no lcore polls.
  virtual void unmake() = 0;
  /// Whether an lcore found that it works no more, so that only making it anew can help.
  virtual bool broken() const { return false; }
  /// Whether it was made for smaller frames than the interface carries by now, and can do better.
  virtual bool too_small_for(const Interface&) const { return false; }
  /// Whether another process has to be there for it to be made, and it has to be made anew when
  /// that goes.
  virtual bool needs_peer() const { return false; }
  /// The longest frame that there are packet buffers for; longer ones are lost.
  virtual uint32_t largest_frame() const { return UINT32_MAX; }
  /// The link as the driver sees it; asked only where the kernel has no interface.
  virtual Link driver_link() { return {}; }

  /// For messages: "port a (eth1)", "port eth1".
  std::string label() const {
    return "port " + name_ + (interface_ && *interface_ != name_ ? " (" + *interface_ + ")" : "");
  }
  const std::optional<std::string>& interface() const noexcept { return interface_; }
  std::deque<Gate>& gates() noexcept { return gates_; }
  /// As it was found last.
  const Link& link() const noexcept { return link_; }
  void set_link(const Link& link) noexcept { link_ = link; }

 protected:
  std::deque<Gate> gates_;

 private:
  std::string name_;
  std::optional<std::string> interface_;
  Link link_;
};

}  // namespace sluice::source
