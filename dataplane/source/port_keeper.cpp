#include "dataplane/source/port_keeper.h"

#include <algorithm>

#include "config/base/log.h"

namespace sluice::source {
namespace {

using namespace std::chrono_literals;
using arena::PortState;

Link link_of(const std::optional<Interface>& interface) {
  if (!interface) {
    return {.state = PortState::kGone};
  }
  return {.state = interface->running ? PortState::kUp : PortState::kDown,
          .mtu = interface->mtu,
          .speed_mbps = interface->speed_mbps};
}

}  // namespace

Status PortKeeper::begin() {
  const auto interface = port_->interface() ? look_up_(*port_->interface()) : std::nullopt;
  auto made = port_->make();
  const bool can_wait = interface ? !interface->up : port_->needs_peer();
  if (!made && !can_wait) {
    return made;
  }
  find_link();
  if (!made) {
    spdlog::warn("{}: its {}; waiting for it", port_->label(),
                 interface ? "interface is down" : "peer is not there");
    return {};
  }
  index_ = interface ? interface->index : 0;
  for (Gate& gate : port_->gates()) {
    gate.open();
  }
  stage_ = Stage::kReceiving;
  if (port_->link().state == PortState::kDown) {
    spdlog::warn("{}: its link is down", port_->label());
  }
  return {};
}

void PortKeeper::tick(Monotonic now) {
  if (stage_ == Stage::kLeaving) {
    unmake_when_left();
  }
  if (now - looked_ >= 100ms) {
    looked_ = now;
    look(now);
  }
}

void PortKeeper::look(Monotonic now) {
  if (port_->interface()) {
    look_at_interface(now);
  } else if (stage_ == Stage::kReceiving) {
    follow_link(port_->driver_link());
    follow_peer();
  } else if (stage_ == Stage::kAway) {
    make_again(now, 0);
  }
}

void PortKeeper::look_at_interface(Monotonic now) {
  const auto interface = look_up_(*port_->interface());
  if (stage_ == Stage::kReceiving && (!interface || interface->index != index_)) {
    leave(interface ? "its interface was deleted and made anew"
                    : "its interface was deleted; waiting for it to come back");
  } else if (stage_ == Stage::kReceiving && interface->up && port_->broken()) {
    leave("capture has ended; opening it again");
  }
  if (interface && interface->index == index_) {
    follow_mtu(*interface);
  }
  if (stage_ == Stage::kReceiving) {
    follow_link(link_of(interface));
    return;
  }
  port_->set_link(link_of(interface));
  // Frames could not come even if the link were up.
  if (interface) {
    port_->set_link({PortState::kDown, interface->mtu, interface->speed_mbps});
  }
  if (stage_ == Stage::kAway && interface && interface->up) {
    make_again(now, interface->index);
  }
}

void PortKeeper::find_link() {
  port_->set_link(port_->interface() ? link_of(look_up_(*port_->interface()))
                                     : port_->driver_link());
}

void PortKeeper::follow_peer() {
  constexpr unsigned kPatience = 10;  // looks: the two have to come to terms first
  const bool is_there = !port_->needs_peer() || port_->link().state == PortState::kUp;
  looks_without_peer_ = is_there ? 0 : looks_without_peer_ + 1;
  if (looks_without_peer_ > kPatience) {
    looks_without_peer_ = 0;
    leave("its peer is gone; waiting for it");
  }
}

void PortKeeper::follow_link(const Link& link) {
  const PortState before = port_->link().state;
  port_->set_link(link);
  if (link.state == before) {
    return;
  }
  if (link.state != PortState::kUp) {
    spdlog::warn("{}: its link is down", port_->label());
    return;
  }
  spdlog::info("{}: its link is up", port_->label());
  returned_();
}

void PortKeeper::follow_mtu(const Interface& interface) {
  const uint32_t before = port_->link().mtu;
  if (before == 0 || before == interface.mtu) {
    return;
  }
  spdlog::info("{}: its MTU is {}, and was {}", port_->label(), interface.mtu, before);
  if (stage_ == Stage::kReceiving && port_->too_small_for(interface)) {
    leave("opening it again for larger frames");
  }
  constexpr uint32_t kEthernet = 14 + 2 * 4;
  if (interface.mtu + kEthernet > port_->largest_frame()) {
    spdlog::warn(
        "{}: frames of more than {} bytes are not taken whole until a restart makes "
        "buffers for them",
        port_->label(), port_->largest_frame());
  }
}

void PortKeeper::leave(const std::string& why) {
  spdlog::warn("{}: {}", port_->label(), why);
  for (Gate& gate : port_->gates()) {
    gate.ask();
  }
  stage_ = Stage::kLeaving;
}

void PortKeeper::unmake_when_left() {
  const auto& gates = port_->gates();
  if (std::all_of(gates.begin(), gates.end(), [](const Gate& gate) { return gate.is_shut(); })) {
    port_->unmake();
    stage_ = Stage::kAway;
    tried_ = {};
    looked_ = {};
  }
}

void PortKeeper::make_again(Monotonic now, unsigned interface_index) {
  if (now - tried_ < 1s) {
    return;
  }
  tried_ = now;
  if (auto made = port_->make(); !made) {
    if (made.error().message != trouble_) {
      trouble_ = made.error().message;
      spdlog::error("{}: cannot be opened again; trying on: {}", port_->label(), trouble_);
    }
    return;
  }
  trouble_.clear();
  index_ = interface_index;
  find_link();
  for (Gate& gate : port_->gates()) {
    gate.open();
  }
  stage_ = Stage::kReceiving;
  spdlog::info("{}: receiving again", port_->label());
  returned_();
}

}  // namespace sluice::source
